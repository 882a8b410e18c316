"""Somebody for each way in which a change of product events, flags or stories touches what is told of people."""

from datetime import timedelta

from tests.dbt.planting_segments import DAY, HOUR, Flags, Row, did, met, on

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
        "g": [(0, 1, 50), (20, 1, 60)],
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
# Two events whose numbers end in the same 48 bits, by which events are looked for.
TWINS = ("twin 485618", "twin 13316514")

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
    # Active on two days of a story's month, of which the second comes later, and met no flag.
    did("regular", "looked", on(12, 3)),
    did("twin", "looked", on(7, 6), insert_id=TWINS[0]),
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
    did("regular", "looked", on(13)),
    did("guest", "signed in", on(13), device_key="device of host"),
    met("new", "a", on(13)),
    did("other twin", "looked", on(13), insert_id=TWINS[1]),
]  # fmt: skip
# Whom the second night touches, by the key that they had before or have now.
TOUCHED = {
    "late", "earlier", "torn", "back", "buyer", "user", "ours", "prior", "edge", "month", "slow", "program", "new",
    "replaced", "replacing", "undoubled", "host", "device of host", "device of stranger", "somebody",
    "device of elsewhere", "known", "walker", "guest", "other twin",
}  # fmt: skip
# Takes back the only visit of somebody who came back long after, "month".
TAKING_BACK = [did("visitor", "looked", on(31))]
