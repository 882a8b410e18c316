"""Tables over product events follow them: after whatever comes, each row is the one that its SQL over everything gives.

Every keyed table is compared with its own whole SQL over the tables before it, so all of them with a rebuild. Somebody
is planted for each way in which a person can be touched, and what is told of them must have changed.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.transform import run_dbt
from tests.dbt.planting_segments import DAY, HOUR, Flags, Row, did, hours, list_segments, met, on, segment, tell
from warehouse.connection import reader

MODELS = (
    "tag:usage",
    "int_flag_names",
    "int_feature_epochs",
    "int_feature_events",
    "int_flag_steps",
    "int_controlled_spans",
)
BEFORE = Flags(
    steps={
        "a": [(0, 1, 50), (30, 1, 100)], "b": [(0, 1, 50), (9, 1, 60)], "c": [(0, 1, 50)], "d": [(0, 1, 50)],
        "g": [(0, 1, 50)],
    },
    links=[("ST-A", "a"), ("ST-B", "b"), ("ST-D", "d"), ("ST-G", "g")],
    uses=[("a used", "ST-A"), ("looked", "ST-F")],
    releases={"ST-F": 12},
)  # fmt: skip
AFTER = Flags(
    steps={
        "a": [(0, 1, 50), (20, 1, 100)], "b": [(0, 1, 50), (9, 2, 60)], "c": [(0, 1, 50)], "d": [(0, 1, 50)],
        "g": [(0, 1, 50)],
    },
    links=[("ST-A", "a"), ("ST-B", "b"), ("ST-C", "c"), ("ST-D", "d"), ("ST-G", "g")],
    uses=[("a used", "ST-A"), ("c used", "ST-C"), ("looked", "ST-F"), ("bought", "ST-E")],
    releases={"ST-F": 12, "ST-E": 6},
    aliases={"d": "d as the product says"},
)  # fmt: skip
LATE = {"late": 6 * DAY}


def fast_day(day: float) -> list[Row]:
    """As many events in a second as no person makes."""
    return [did("program", "looked", on(day) + timedelta(milliseconds=40 * one)) for one in range(24)]


def slow(day: float) -> Row:
    """An event of a device whose uploads all come an hour late."""
    return did("slow", "looked", on(day), late=HOUR)


# Of the hour that is delivered again: one event went, one came, and one that was doubled stands elsewhere now.
DOUBLE = did("undoubled", "bought", on(7, 1), revenue=5, insert_id="told twice")
REPLACED = [did("replaced", "looked", on(7, 1)), DOUBLE]
REPLACING = [did("replacing", "looked", on(7, 1))]

FIRST = [
    *[
        met(name, "a", on(5))
        for name in (
            "steady", "late", "replaced", "replacing", "undoubled", "doubled", "back", "buyer", "user", "ours", "slow",
            "program", "month", "edge", "prior",
        )
    ],
    *REPLACED,
    did("undoubled", "bought", on(7, 1), revenue=7, late=20 * HOUR, insert_id="told twice"),
    did("doubled", "bought", on(7, 3), revenue=3, insert_id="told once and then again"),
    did("steady", "looked", on(6, 5)),
    # Nothing comes of whoever waits but time.
    met("waiting", "g", on(9)),
    met("earlier", "a", on(6)),
    met("torn", "a", on(6), "off"),
    *fast_day(10), *fast_day(11),
    *[slow(day) for day in (6, 7, 8, 9)],
    met("stranger", "a", on(5), person_key=None),
    did("stranger", "looked", on(6, 3), person_key=None),
    met("elsewhere", "a", on(5), person_key=None, vendor_person_key="vendor's"),
    met("host", "a", on(5)),
    met("host", "b", on(5), person_key=None),
    *[met(name, "b", on(10)) for name in ("again", "before")],
    met("again", "b", on(4)),
    met("of c", "c", on(5)), did("of c", "c used", on(6)),
    met("of d", "d as the product says", on(5)),
    did("released", "bought", on(7, 5)),
    did("walker", "looked", on(6)),
]  # fmt: skip
SECOND = [
    did("late", "looked", on(6, 4), **LATE),
    met("earlier", "a", on(4), **LATE),
    met("torn", "a", on(7), "on", late=5 * DAY),
    did("doubled", "bought", on(7, 3), revenue=3, late=5 * DAY, insert_id="told once and then again"),
    did("back", "looked", on(13)),
    did("buyer", "bought", on(6), revenue=9, late=7 * DAY),
    did("user", "a used", on(6), late=7 * DAY),
    did("ours", "looked", on(13), is_internal=True),
    did("prior", "looked", on(4), late=9 * DAY),
    did("edge", "looked", on(5, 2), late=8 * DAY),
    did("month", "a used", on(31)),
    slow(12), slow(13),
    *fast_day(13),
    did("somebody", "signed in", on(13), device_key="device of stranger"),
    did("known", "signed in", on(13), vendor_person_key="vendor's"),
    did("walker", "looked", on(13)),
    did("guest", "signed in", on(13), device_key="device of host"),
    met("new", "a", on(13)),
]  # fmt: skip
# Whom the second night touches, by the key that they had before or have now.
TOUCHED = {
    "late", "earlier", "torn", "back", "buyer", "user", "ours", "prior", "edge", "month", "slow", "program", "new",
    "replaced", "replacing", "undoubled", "host", "device of host", "device of stranger", "somebody",
    "device of elsewhere", "known", "walker", "guest",
}  # fmt: skip


class Line:
    """A home of product events whose tables follow."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder)

    def night(self) -> None:
        outcome = run_dbt(self.settings, select=MODELS, verb="run")
        assert outcome.ok, outcome.error

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with reader(self.settings.database) as connection:
            return connection.execute(sql).fetchall()

    def versions(self) -> dict[object, object]:
        return dict(self.ask("select name, version from increments.tables"))

    def differs(self) -> list[str]:
        """The tables that are not what their SQL over everything gives."""
        tables = self.ask("select name, code from increments.tables where code is not null")
        assert len(tables) > 18
        found = []
        for name, code in tables:
            schema = "staging" if str(name).startswith("stg_") else "intermediate"
            sql = (
                f"with made as materialized ({code}) select count(*) from ((from made except all from {schema}.{name})"
                f" union all (from {schema}.{name} except all from made))"
            )
            found += [str(name)] if self.ask(sql) != [(0,)] else []
        return found

    def outcomes(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is told of each person who met a feature."""
        told: dict[str, list[tuple[object, ...]]] = {}
        sql = """
            select person_key, e.* exclude (person_key), o.* exclude (person_key) from intermediate.int_exposures as e
            left join intermediate.int_exposed_outcomes as o
                using (story_key, flag_key, epoch, person_key) order by all
        """
        for person, *row in self.ask(sql):
            told.setdefault(str(person), []).append(tuple(row))
        return told

    def changed(self, before: dict[str, list[tuple[object, ...]]]) -> set[str]:
        after = self.outcomes()
        return {person for person in before.keys() | after.keys() if before.get(person) != after.get(person)}


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_whatever_touches_somebody_leaves_the_rows_that_everything_would_give(tmp_path):
    line = Line(tmp_path)
    tell(line.settings, BEFORE, on(13))
    first = hours(line.settings, FIRST)
    list_segments(line.settings, first)
    line.night()
    assert line.differs() == []

    # Late, doubled, replaced, merged, slow, shared, and people who turn out to be none.
    before, versions = line.outcomes(), line.versions()
    replaced = [one for one in first if one.covers_from == on(7, 1)]
    list_segments(line.settings, [*hours(line.settings, SECOND), *hours(line.settings, REPLACING)], replaced)
    tell(line.settings, BEFORE, on(40))
    line.night()
    assert line.differs() == []
    assert line.changed(before) == TOUCHED
    anew = line.ask("select name, version from increments.tables where feed_from = version")
    assert {name for name, version in anew if version != versions[name]} == set()
    told_of = line.ask("select distinct person_key from increments.int_exposed_windows")
    assert {str(person) for (person,) in told_of} <= TOUCHED

    # Hours that become a day are nobody's news.
    versions = line.versions()
    parts = [one for one in first if on(5) <= one.covers_from < on(6)]
    whole = segment(line.settings, on(5), DAY, [row for row in FIRST if on(5) <= row["uploaded_at"] < on(6)])
    list_segments(line.settings, [whole], parts)
    line.night()
    assert line.differs() == []
    assert {name for name, version in line.versions().items() if version != versions[name]} == {"usage_segments"}

    # A share that came sooner, an epoch that is two, a story, its events and a flag's name that are tied only now.
    before = line.outcomes()
    tell(line.settings, AFTER, on(40))
    line.night()
    assert line.differs() == []
    assert line.changed(before) >= {"again", "before", "of c", "of d", "released", "month"}
    feeds = {name: version for name, version in line.versions().items() if version != versions[name]}
    assert "int_usage_events" not in feeds
    assert "int_exposed_windows" in feeds
