"""Tickets around the launch of a story, each at an edge of a week, of the ramp or of a topic."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipelines.events.records import RawRecord
from tests.dbt.planting import START, Tracker, day
from tests.dbt.planting_flags import flag, shares
from tests.dbt.planting_support import asked
from tests.dbt.planting_usage import Line, did

# LA-1 comes to its first users on day 150 and to all on day 155, at nine each; so these are the edges at midnight.
BEFORE_UNTIL, AFTER_FROM = datetime(2026, 6, 4, tzinfo=UTC), datetime(2026, 6, 10, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def launches(tracker: Tracker) -> Iterator[RawRecord]:
    """LA-2 comes to all within the weeks around LA-1, LA-3 long after them and too lately, LA-4 never."""
    yield from (tracker.ticket(f"LA-{number}", day(1)) for number in range(1, 5))
    yield flag("first", *shares((100, 0), (150, 10), (155, 100)), tags=["la-1"])
    yield flag("second", *shares((100, 0), (170, 100)), tags=["la-2"])
    yield flag("late", *shares((100, 0), (262, 100)), tags=["la-3"])
    yield flag("never", *shares((100, 0), (120, 50)), tags=["la-4"])
    yield from tickets()


def tickets() -> Iterator[RawRecord]:
    """One to four in some of the weeks."""
    week = timedelta(days=7)
    # The first ticket of all, so that its day is known in part only.
    told = [("hello", START)]
    told += [
        ("export", BEFORE_UNTIL - week),
        ("export", BEFORE_UNTIL - INSTANT),
        ("export", BEFORE_UNTIL - week - INSTANT),
    ]
    # On the days of the ramp.
    told += [("export", BEFORE_UNTIL), ("export", AFTER_FROM - INSTANT)]
    told += [("export", AFTER_FROM), ("export", AFTER_FROM + week - INSTANT), ("export", AFTER_FROM + week)]
    # In the second week after: of two topics, of topics that serve as a control and that do not, and wishes.
    second = AFTER_FROM + week + timedelta(days=1)
    told += [("export, my password", second), ("my password", second), ("hello", second), ("a theme", second)]
    told += [("my invoice", second), ("export to excel", second), ("excel, password", second)]
    for number, (text, at) in enumerate(told, 300):
        yield asked(number, text, f"p_{number:016x}", days(at))
    # Merged into one of the week before.
    yield asked(390, "me too", "p_00000000000000ff", days(second), merged_into="301")
    yield asked(391, "export", "p_00000000000000fe", days(second), is_internal=True)


def days(at: datetime) -> float:
    """The number of a moment, as `day` has it."""
    return (at - START) / timedelta(days=1)


def weekly_usage() -> Iterator[Line]:
    """Two users once a week, from day 10 on; the newest upload is so late that 8 weeks after LA-1 are over."""
    for number in range(10, 274, 7):
        for user in ("a", "b"):
            yield did(user, "page_viewed", day(number))
