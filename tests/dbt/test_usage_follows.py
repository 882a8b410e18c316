"""Tables over product events follow them: after whatever comes, each row is the one that its SQL over everything gives.

Every keyed table is compared with its own whole SQL over the tables before it, so all of them with a rebuild. Somebody
is planted for each way in which a person can be touched, and what is told of them must have changed.
"""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.transform import run_dbt
from tests.dbt.planting_segments import DAY, hours, list_segments, on, segment, tell
from tests.dbt.planting_touched import AFTER, BEFORE, FIRST, REPLACING, SECOND, TAKING_BACK, TOUCHED
from warehouse.connection import reader
from warehouse.segments import Segment

MODELS = (
    "tag:usage",
    "int_flag_names",
    "int_feature_epochs",
    "int_feature_events",
    "int_flag_steps",
    "int_controlled_spans",
)
# By measure: people, how many it holds of, and the sum of active days before of these.
COUNTED = """
select list(row(measure, n, yes, x) order by measure) from (
    select measure, cast(sum(n) as bigint) as n, sum(outcome_sum) as yes, sum(product_sum) as x
    from intermediate.int_impact_counts
    where measure in ('returned_unbounded', 'used_again_d1_d7') and audience in ('exposed', 'adopters') group by measure
)
"""
ONE_BY_ONE = """
with told as (
    select
        unnest([
            {'measure': 'returned_unbounded', 'since': first_exposed_at, 'is_told': has_returned_unbounded},
            {'measure': 'used_again_d1_d7', 'since': first_used_at, 'is_told': has_used_again_d1_d7}
        ], recursive := true), prior_active_days as x
    from intermediate.int_exposed_outcomes
),

counted as (
    select
        measure, count(*) as n, cast(count(*) filter (where is_told) as double) as yes,
        cast(coalesce(sum(x) filter (where is_told), 0) as double) as x
    from told
    where since + interval 192 hours <= (select known_until from intermediate.int_usage_span) group by measure
)

select list(row(measure, n, yes, x) order by measure) from counted
"""


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

    def sums(self, story: str) -> list[tuple[object, ...]]:
        """Of how many a story's week is known, and for how long nobody of these changed sides."""
        return self.ask(
            f"select week_n, controlled_hours from intermediate.int_impact_sums where story_key = '{story}'"
        )

    def counted(self) -> list[tuple[str, int, float, float]]:
        """Of how many it is known whether they ever came back, or used it again: as counted, and one by one."""
        (told,) = self.ask(f"select ({COUNTED}), ({ONE_BY_ONE})")
        assert told[0] == told[1]
        found: list[tuple[str, int, float, float]] = told[0]
        return found

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
    before, versions, waited = line.outcomes(), line.versions(), line.sums("ST-G")
    replaced = [one for one in first if one.covers_from == on(7, 1)]
    second = hours(line.settings, SECOND)
    list_segments(line.settings, [*second, *hours(line.settings, REPLACING)], replaced)
    tell(line.settings, BEFORE, on(40))
    line.night()
    assert line.differs() == []
    assert line.changed(before) == TOUCHED
    anew = line.ask("select name, version from increments.tables where feed_from = version")
    assert {name for name, version in anew if version != versions[name]} == set()
    told_of = line.ask("select distinct person_key from increments.int_exposed_windows")
    assert {str(person) for (person,) in told_of} <= TOUCHED | {"regular"}
    # Nothing is told of this story that was not told before, and yet weeks of its people are over.
    assert line.ask("select * from increments.int_exposed_windows where story_key = 'ST-G'") == []
    assert (waited, line.sums("ST-G")) == ([(0, 336)], [(1, 336)])
    _visit_taken_back(line, second)
    _hours_become_a_day(line, first)

    # A share that came sooner, an epoch that is two, a story, its events and a flag's name that are tied only now.
    before, versions = line.outcomes(), line.versions()
    tell(line.settings, AFTER, on(40))
    line.night()
    assert line.differs() == []
    assert line.changed(before) >= {"again", "before", "of c", "of d", "released", "month"}
    feeds = {name: version for name, version in line.versions().items() if version != versions[name]}
    assert "int_usage_events" not in feeds
    assert "int_exposed_windows" in feeds
    # Nobody's row of this story is another, only that sides were changed on the 20th.
    assert line.ask("select * from increments.int_exposed_windows where story_key = 'ST-G'") == []
    assert line.sums("ST-G") == [(1, 192)]
    line.counted()


def _events_that_look_alike_are_two(line: Line) -> None:
    """One that came is looked for among all by a part of its number; who shares that part is left as they were."""
    alike = "select event_mark from staging.stg_events__usage where person_key like '%twin'"
    assert len(set(line.ask(alike))) == 1
    twins = line.ask("select person_key from intermediate.int_usage_events where person_key like '%twin' order by 1")
    assert twins == [("other twin",), ("twin",)]


def _visit_taken_back(line: Line, second: list[Segment]) -> None:
    """The only visit of somebody who came back long after is taken back."""
    _events_that_look_alike_are_two(line)
    (measure, n, yes, x), _used = line.counted()
    taken = [one for one in second if one.covers_from == on(31)]
    list_segments(line.settings, hours(line.settings, TAKING_BACK), taken)
    line.night()
    assert line.differs() == []
    assert line.counted()[0] == (measure, n, yes - 1, x)


def _hours_become_a_day(line: Line, first: list[Segment]) -> None:
    """Nobody's news."""
    versions = line.versions()
    parts = [one for one in first if on(5) <= one.covers_from < on(6)]
    whole = segment(line.settings, on(5), DAY, [row for row in FIRST if on(5) <= row["uploaded_at"] < on(6)])
    list_segments(line.settings, [whole], parts)
    line.night()
    assert line.differs() == []
    assert {name for name, version in line.versions().items() if version != versions[name]} == {"usage_segments"}
