"""Stories that were cancelled, taken up again, put back, or moved at the very end of a week: each is a trap."""

from datetime import datetime

from pipelines.events.records import RawRecord
from tests.dbt.planting import SITE, Row, Tracker, day, fact, record

# Statuses beside those of the company: how a tracker may say that nobody will do it, and one that only sounds so.
STATUSES = {"20": ("Won't Do", "done"), "21": ("Dropped", "cancelled"), "22": ("Rejected", "in_progress")}
TO_DO, WORK, REVIEW, DONE, DOING, WONT_DO, DROPPED, REJECTED = "1", "3", "4", "9", "13", "20", "21", "22"
# The first moments of the second week and of the third.
SECOND_WEEK, THIRD_WEEK = day(7 - 9 / 24), day(14 - 9 / 24)


def records(tracker: Tracker) -> list[RawRecord]:
    """Tickets of a project of their own."""
    begun = (day(1), WORK)
    return [
        # Closed with a resolution that says so, after work.
        _resolved(tracker, "CX-1", [begun, (day(3), DONE)], (day(3), "Won't Do")),
        # By a status, never begun.
        tracker.ticket("CX-2", day(0), [(day(2), WONT_DO)]),
        # Taken up again; the resolution was left.
        _resolved(tracker, "CX-3", [begun, (day(2), DONE), (day(4), WORK)], (day(2), "Duplicate")),
        # Truly done, opened again, and then cancelled.
        _resolved(
            tracker,
            "CX-4",
            [begun, (day(3), DONE), (day(5), WORK), (day(8), DONE)],
            (day(3), "Done"),
            (day(5), None),
            (day(8), "won't do"),
        ),
        tracker.ticket("CX-5", day(0), [(day(1), REJECTED)]),
        # Closed as done, and mended two days later.
        _resolved(tracker, "CX-6", [begun, (day(2), DONE)], (day(2), "Done"), (day(4), "Duplicate")),
        # The tracker says so itself.
        tracker.ticket("CX-7", day(0), [(day(2), DROPPED)]),
        # Cancelled once, done in the end.
        tracker.ticket("CX-8", day(0), [(day(2), WONT_DO), (day(4), WORK), (day(5), DONE)]),
        # Begun as the second week begins, finished as the third does.
        tracker.ticket("CX-9", day(0), [(SECOND_WEEK, WORK), (THIRD_WEEK, DONE)]),
        tracker.ticket("CX-10", day(0), [begun, (day(2), REVIEW), (day(5), DONE)]),
        # Part of the work is in a status that nobody declared.
        tracker.ticket("CX-11", day(0), [begun, (day(2), DOING), (day(3), DONE)]),
        tracker.ticket("CX-12", day(0), [begun, (day(2), DONE), (day(4), WORK), (day(9), DONE)]),
        # Put back into the backlog.
        tracker.ticket("CX-13", day(0), [begun, (day(2), TO_DO)]),
        tracker.ticket("CX-14", day(0), [begun]),
        record("gone CX-14", fact("ticket.deleted", f"ticket:{SITE}/CX-14", day(6), {"key": "CX-14"})),
    ]


def _resolved(
    tracker: Tracker, key: str, moves: list[tuple[datetime, str]], *resolutions: tuple[datetime, str | None]
) -> RawRecord:
    told, before = list[Row](), None
    for number, (at, after) in enumerate(resolutions, 500):
        payload = {"key": key, "history_id": str(number), "field": "resolution"}
        payload |= {"from_value": before, "to_value": after}  # type: ignore[dict-item]
        told.append(fact("ticket.field_changed", f"ticket:{SITE}/{key}", at, payload, what=str(number)))
        before = after
    newest = max(moves[-1][0], resolutions[-1][0])
    return tracker.ticket(key, day(0), moves, more=told, resolution=before, updated_at=newest)
