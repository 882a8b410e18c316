"""Tickets and wishes around the launches of some stories: each is an edge that changes what is counted."""

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.events.records import RawRecord
from pipelines.settings import Settings
from pipelines.support_settings import Support, TopicRule
from tests.dbt.planting import SITE, Tracker, change, day, deployment, fact, record, sha
from tests.dbt.planting_flags import flag, shares
from tests.dbt.planting_launches import launches, weekly_usage
from tests.dbt.planting_support import asked, said
from tests.dbt.planting_usage import Line, did

AS_OF = day(280)
INSTANT, HOUR = timedelta(microseconds=1) / timedelta(days=1), 1 / 24
# Everything began on a Monday at nine; this is its midnight.
MIDNIGHT = -9 * HOUR
TRACKER = Tracker(statuses={"1": ("To Do", "to_do")})
SETTINGS = Settings(
    support=Support(
        internal_organizations=("77",),
        topics=(
            TopicRule(
                topic="export", version=3, patterns=(r"\bexport",), frozen_on=date(2026, 1, 1), stories=("LA-1",)
            ),
            TopicRule(topic="sign-in", patterns=(r"\bpassword",)),
            TopicRule(topic="themes", patterns=("theme",), stories=("LA-2",)),
            TopicRule(topic="billing", patterns=("invoice",), stories=("LA-3", "LA-4")),
            TopicRule(topic="add Excel", kind="request", version=2, patterns=("excel",), frozen_on=date(2026, 1, 1)),
            TopicRule(topic="choose columns", kind="request", patterns=("columns",), stories=("RQ-1",)),
            TopicRule(topic="darker", kind="request", patterns=("darker",)),
        ),
    )
)


def who(number: int) -> str:
    """The key of a person."""
    return f"p_{number:016x}"


def company() -> Iterator[RawRecord]:
    """RQ-1 comes to all on day 30 by its flag, RQ-2 on day 40 without one, RQ-3 never."""
    yield from TRACKER.definitions()
    yield from (TRACKER.ticket(f"RQ-{number}", day(1)) for number in (1, 2, 3))
    yield flag("wide", *shares((10, 0), (20, 10), (30, 100)), tags=["rq-1"])
    yield flag("narrow", *shares((10, 0), (20, 50)), tags=["rq-3"])
    yield change(2, "RQ-2 code", day(38), merged=day(39))
    yield deployment(1, "e" * 40, day(2))
    yield deployment(2, sha(2), day(40))
    yield from wishes()
    yield from questions()
    yield from launches(TRACKER)


def wishes() -> Iterator[RawRecord]:
    """Three people each wish two things of RQ-1, two people one of RQ-2, three one of RQ-3."""
    one = {"story_keys": ["RQ-1"]}
    # In the first moment, five times by one person; in the last one; just before and just after.
    yield asked(100, "Excel!", who(1), 30, **one)
    for number in range(101, 105):
        yield asked(number, "Excel again", who(1), number - 70, **one)
    yield asked(105, "excel?", who(2), 60 - INSTANT, **one)
    yield asked(106, "excel", who(8), 60, **one)
    yield asked(107, "excel", who(9), 30 - INSTANT, **one)
    # Merged into one that names the story; it is another person who says so.
    yield asked(108, "excel as well", who(3), 45, merged_into="101")
    # Of our own people, deleted, and of nobody known.
    yield asked(109, "excel", who(4), 45, is_internal=True, **one)
    yield asked(110, "excel", who(5), 45, organization="77", **one)
    yield asked(111, "excel", who(6), 45, **one)
    yield record("gone", fact("support.ticket_deleted", f"support:{SITE}/111", day(46), {"ticket_id": "111"}))
    yield asked(112, "excel", None, 46, **one)
    # The settings say which story a theme is about where the item names none, or none that is known.
    yield asked(113, "columns", who(1), 47, story_keys=["NO-1"])
    yield said("support.feedback_given", "f1", 48, feedback_id="f1", text="Columns", person=who(2), score=1.0)
    yield asked(114, "columns", who(3), 49)
    yield asked(115, "columns", who(7), 49, story_keys=["RQ-2"])
    yield from (asked(116 + number, "darker", who(20 + number), 41, story_keys=["RQ-2"]) for number in range(2))
    yield from (asked(118 + number, "excel", who(20 + number), 41, story_keys=["RQ-3"]) for number in range(3))


def questions() -> Iterator[RawRecord]:
    """Two weeks of tickets, the second from day 7 at midnight on."""
    yield asked(200, "export", who(1), 7 + MIDNIGHT - INSTANT, organization="1")
    yield asked(201, "export", who(1), 7 + MIDNIGHT, organization="1")
    yield asked(202, "export, and my password", who(2), 8, organization="1")
    yield asked(203, "me too", who(3), 9, merged_into="202")
    yield asked(204, "export", None, 10)
    yield asked(205, "export", who(4), 10, is_internal=True)
    yield asked(206, "hello", who(5), 10)


def usage() -> Iterator[Line]:
    """Active people on three days, and one of our own; the export of product events begins in the middle of a week."""
    for user, at in (("a", day(2)), ("a", day(7)), ("b", day(7)), ("a", day(13.6)), ("a", day(14))):
        yield did(user, "page_viewed", at)
        yield did(user, "page_viewed", at + timedelta(minutes=9))
    yield from weekly_usage()
    yield did("ours", "page_viewed", day(7), user_properties={"email": "ann@acme.example"})
