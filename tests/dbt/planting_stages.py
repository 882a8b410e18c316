"""Stories whose stages, levels, origins and people are known; each is a trap, named by what happened to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.calendar_settings import Calendar, CalendarChange
from pipelines.events.records import RawRecord
from pipelines.settings_sections import MilestoneStatuses, Team
from tests.dbt.planting import SITE, Row, Tracker, change, day, deployment, fact, record, sha
from tests.dbt.planting_flags import flag, shares

TO_DO, CONCEPT, READY, WORK, REVIEW, ACCEPTED, DONE = "51", "52", "53", "54", "55", "56", "59"
TRACKER = Tracker(
    statuses={
        TO_DO: ("Open", "to_do"),
        CONCEPT: ("Concept", "to_do"),
        READY: ("Ready", "to_do"),
        WORK: ("Working", "in_progress"),
        REVIEW: ("In Review", "in_progress"),
        ACCEPTED: ("Accepted", "in_progress"),
        DONE: ("Finished", "done"),
        "57": ("Specified", "to_do"),
    }
)
STATUSES: dict[str, MilestoneStatuses] = {
    "ST": {"Concept": "spec"},
    "NP": {"In Review": "code_complete", "ACCEPTED": "reviewed", "Specified": "backlog"},
}
CALENDARS = {
    "berlin": Calendar(
        time_zone="Europe/Berlin",
        holidays=(date(2026, 1, 6),),
        changes=(
            CalendarChange(valid_from=date(2026, 2, 2), working_days=("mon", "tue", "wed", "thu")),
            CalendarChange(valid_from=date(2026, 2, 9), working_hours=("10:00-12:00", "13:00-14:30")),
            CalendarChange(
                valid_from=date(2026, 3, 1),
                working_days=("mon", "tue", "wed", "thu", "fri"),
                working_hours=("09:00-17:00",),
            ),
        ),
    ),
    "always": Calendar(
        time_zone="Europe/Berlin",
        working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        working_hours=("00:00-12:00", "12:00-24:00"),
    ),
}
TEAMS = {
    "stages": Team(projects=("ST",), calendar="berlin"),
    "always": Team(projects=("AL",), calendar="always"),
    "teamers": Team(projects=("TM",), repositories=("acme/teamers",)),
    "helpers": Team(projects=("HP",)),
}
JOINER, VISITOR, RETURNER = "p_00000000000000c1", "p_00000000000000c2", "p_00000000000000c3"
PARTS = "acme/parts"


def at(month: int, number: int, hour: float) -> datetime:
    """A moment of 2026, UTC."""
    return datetime(2026, month, number, tzinfo=UTC) + timedelta(hours=hour)


def records() -> list[RawRecord]:
    """All of them."""
    return [*TRACKER.definitions(), *_visits(), *_hours(), *_without_code(), *_levels(), *_origins(), *_people()]


def _ticket(key: str, created: datetime, *moves: tuple[datetime, str], **state: Any) -> RawRecord:
    return TRACKER.ticket(key, created, moves, first=TO_DO, **state)


def _visits() -> list[RawRecord]:
    slip = timedelta(seconds=20)
    return [
        _ticket("ST-1", day(0)),
        _ticket("ST-2", day(0), (day(1), CONCEPT), (day(2), READY)),
        _ticket("ST-3", day(0), (day(1), WORK)),
        _ticket("ST-4", day(0), (day(1), WORK), (day(2), DONE)),
        # Sent back once, and once more for twenty seconds only.
        _ticket(
            "ST-5", day(0), (day(1), CONCEPT), (day(2), WORK), (day(3), TO_DO), (day(5), WORK), (day(6), TO_DO),
            (day(6) + slip, WORK),
        ),
        # A hand that slipped over the specification, and one that slipped as the first thing of all.
        _ticket("ST-6", day(0), (day(1), CONCEPT), (day(1) + slip, TO_DO)),
        _ticket("ST-7", day(0), (day(0) + slip, WORK)),
        _ticket("ST-8", day(0), (day(1), WORK), (day(1) + slip, TO_DO)),
    ]  # fmt: skip


def _hours() -> list[RawRecord]:
    return [
        # From Friday over the change of the clocks; over a holiday; over two changes of the calendar.
        _ticket("ST-10", at(3, 27, 15), (at(3, 30, 8), CONCEPT)),
        _ticket("ST-11", at(1, 5, 9), (at(1, 7, 9), CONCEPT)),
        _ticket("ST-12", at(1, 30, 9), (at(2, 10, 12.75), CONCEPT)),
        # On a weekend it is worked on by nobody.
        _ticket("ST-13", at(1, 10, 9), (at(1, 11, 9), CONCEPT)),
        # Written down after its code was ready.
        _ticket("ST-14", day(3)),
        change(501, "ST-14 code", day(1), repository=PARTS),
        # Round the clock, working time is all the time there is, in the night of 23 hours too.
        _ticket("AL-1", at(3, 28, 0.5), (at(3, 30, 7.25), "57")),
    ]


def _without_code() -> list[RawRecord]:
    slip = timedelta(seconds=30)
    moves = [
        (day(0.5), "57"), (day(1), WORK), (day(1.5), REVIEW), (day(1.5) + slip, WORK), (day(2), REVIEW),
        (day(2.5), WORK), (day(3), REVIEW), (day(4), ACCEPTED), (day(5), DONE),
    ]  # fmt: skip
    return [
        _ticket("NP-1", day(0), *moves),
        # Of a project of which the settings say nothing.
        _ticket("NQ-1", day(0), *moves),
        # Where there is code, the code tells.
        _ticket("NP-2", day(0), *moves),
        change(502, "NP-2 code", day(1.75), approved=day(2.25), merged=day(2.75), repository=PARTS),
    ]


def _levels() -> list[RawRecord]:
    return [
        # The work of EP-2 names its sub-tasks alone; what names the epic is nobody's but the epic's.
        _ticket("EP-1", day(30), type="Epic", type_level=1),
        _ticket("EP-2", day(30), parent_key="EP-1"),
        *(
            _ticket(f"EP-{number}", day(31), type="Sub-task", type_level=-1, is_subtask=True, parent_key="EP-2")
            for number in (3, 4)
        ),
        deployment(600, "d" * 40, day(31), repository=PARTS),
        change(603, "EP-3 one half", day(32), merged=day(33), repository=PARTS),
        change(604, "EP-4 the other half", day(33), merged=day(34), repository=PARTS),
        change(605, "EP-1 the frame", day(32), merged=day(39), repository=PARTS),
        deployment(601, sha(603), day(35), repository=PARTS),
        deployment(602, sha(604), day(36), repository=PARTS),
        # The epic's flag lets out EP-6; EP-7 has one of its own.
        _ticket("EP-5", day(40), type="Epic", type_level=1),
        _ticket("EP-6", day(40), parent_key="EP-5"),
        _ticket("EP-7", day(40), parent_key="EP-5"),
        change(606, "EP-6 code", day(41), merged=day(42), repository=PARTS),
        deployment(603, sha(606), day(43), repository=PARTS),
        # Thought of when the epic was out for all, and deployed to them at once.
        _ticket("EP-8", day(60), parent_key="EP-5"),
        change(607, "EP-8 code", day(61), merged=day(62), repository=PARTS),
        deployment(604, sha(607), day(63), repository=PARTS),
        flag("epics", *shares((45, 10), (50, 100)), properties=["EP-5"]),
        flag("its-own", *shares((47, 10)), properties=["EP-7"]),
        # Each stands above the other.
        _ticket("CY-1", day(0), parent_key="CY-2"),
        _ticket("CY-2", day(0), parent_key="CY-1"),
        _ticket("CY-3", day(0), parent_key="CY-3"),
    ]


def _origins() -> list[RawRecord]:
    """OR-1 taught OR-2 and OR-3, OR-2 taught OR-4; OR-5 and OR-6 taught each other; OR-7 itself."""
    learned = {"OR-1": None, "OR-2": "OR-1", "OR-3": "OR-1", "OR-4": "OR-2", "OR-5": "OR-6", "OR-6": "OR-5"}
    return [_learned(key, origin) for key, origin in (learned | {"OR-7": "OR-7"}).items()]


def _learned(key: str, origin: str | None) -> RawRecord:
    link = {"key": key, "link_id": "1", "relation": "is learned from", "to_key": origin}
    more = [fact("ticket.linked", f"ticket:{SITE}/{key}", day(0), link)] if origin else []
    return _ticket(key, day(0), more=more)


def _people() -> list[RawRecord]:
    """The joiner came from the helpers to the teamers; the returner was away for months; the visitor looked in once."""
    return [
        _ticket("HP-1", day(0), more=[_given("HP-1", JOINER, number) for number in (0, 5, 9.9)]),
        _ticket(
            "TM-1", day(0),
            more=[
                *(_given("TM-1", JOINER, number) for number in (6, 50, 99)),
                *(_given("TM-1", RETURNER, number) for number in (0, 1, 2, 80, 81, 82)),
                _given("TM-1", VISITOR, 10), _given("TM-1", "bot:triage", 10), _given("TM-1", "bot:triage", 11),
                _given("TM-1", "bot:triage", 12),
            ],
        ),
        record(
            "change reviewed by the visitor",
            fact(
                "change.reviewed", "change:acme/teamers#1", day(11),
                {"repository": "acme/teamers", "number": 1, "review_id": "v", "state": "approved"}, by=VISITOR,
            ),
        ),
    ]  # fmt: skip


def _given(key: str, person: str, number: float) -> Row:
    told = {"key": key, "field": "assignee", "history_id": f"{person}{number}", "from_value": None, "to_value": person}
    return fact("ticket.field_changed", f"ticket:{SITE}/{key}", day(number), told, what=person)
