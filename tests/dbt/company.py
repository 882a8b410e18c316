"""The planted company: each ticket is a trap, named by what happened to it."""

from datetime import timedelta

from pipelines.events.records import RawRecord
from tests.dbt import (
    planting_ai,
    planting_ci,
    planting_dora,
    planting_flags,
    planting_flow,
    planting_links,
    planting_rollouts,
    planting_stages,
)
from tests.dbt.planting import SITE, Tracker, change, day, deployment, fact, interview, record, sha

AS_OF = day(100)

TRACKER = Tracker(
    statuses={
        "1": ("To Do", "to_do"),
        "3": ("In Progress", "in_progress"),
        "4": ("Code Review", "in_progress"),
        "5": ("Waiting", "in_progress"),
        "9": ("Done", "done"),
        "13": ("Doing", "in_progress"),
        "19": ("Closed", "done"),
        **planting_flow.STATUSES,
    },
    gone={"8": "Done", "7": "Limbo"},
)


def records() -> list[RawRecord]:
    """Everything that the company's vendors tell."""
    own = [*TRACKER.definitions(), *_histories(), *_kinds(), *_work(), *_talks()]
    subjects = (planting_ci, planting_rollouts, planting_stages)
    for tracked in (planting_ai, planting_dora, planting_flags, planting_flow, planting_links):
        own += tracked.records(TRACKER)
    return [*own, *(one for subject in subjects for one in subject.records())]


def second_site() -> list[RawRecord]:
    """Another tracker, which has a ticket of the same key."""
    other = Tracker(statuses=TRACKER.statuses, site="second.example")
    return [*other.definitions(), other.ticket("SP-1", day(50))]


def _histories() -> list[RawRecord]:
    start, done = (day(1), "3"), (day(2), "9")
    doubled = [*TRACKER.ticket("SP-9", day(0), [start, done]).body["events"]]
    return [
        TRACKER.ticket("SP-1", day(0), [start, done, (day(3), "3"), (day(5), "9")]),
        TRACKER.ticket("SP-2", day(0), [start, done, (day(3), "3")]),
        TRACKER.ticket("SP-3", day(0), [(day(1), "4"), (day(2), "3"), (day(3), "4")], names={"4": "Review"}),
        # Both categories were migrated: work on day 2, done on day 40.
        TRACKER.ticket("SP-4", day(0), [start, (day(2), "13"), (day(3), "9"), (day(40), "19")]),
        TRACKER.ticket("SP-5", day(0), [start], stands_in="13", updated_at=day(40)),
        TRACKER.ticket("SP-6", day(0), [start], stands_in="9", updated_at=day(40)),
        TRACKER.ticket("SP-7", day(0), [start, (day(1) + timedelta(seconds=3), "4"), (day(2), "9")]),
        TRACKER.ticket("SP-8", day(0), [(day(1), "8"), (day(40), "19")]),
        # Every row twice under another number, and the newest first.
        record("ticket SP-9", *_renumbered(doubled), *reversed(doubled), version=day(2)),
        TRACKER.ticket("SP-10", day(0), [(day(1), "5"), (day(2), "3")]),
        _with_gap("SP-11"),
        TRACKER.ticket("SP-12", day(0), [(day(1), "3"), (day(2), "7"), (day(40), "9")]),
        TRACKER.ticket("SP-13", day(0), [start]),
        record("gone SP-13", fact("ticket.deleted", f"ticket:{SITE}/SP-13x", day(6), {"key": "SP-13"})),
        TRACKER.ticket("SP-14", day(0), first="3"),
    ]


def _renumbered(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    again = []
    for row in rows:
        if row["event_type"] == "ticket.status_changed":
            payload = dict(row["payload"]) | {"history_id": "9"}  # type: ignore[call-overload]
            again.append(row | {"occurrence": f"{row['occurrence']} again", "payload": payload})
    return again


def _with_gap(key: str) -> RawRecord:
    ticket = TRACKER.ticket(key, day(0), [(day(1), "3"), (day(2), "4"), (day(3), "9")])
    events = [row for row in ticket.body["events"] if row["payload"].get("to_status_id") != "4"]
    return record(f"ticket {key}", *events, version=day(3))


def _kinds() -> list[RawRecord]:
    labels = {"field": "labels", "history_id": "7", "from_value": "ui", "to_value": "ui spec"}
    labelled = fact("ticket.field_changed", f"ticket:{SITE}/SP-25", day(2), {"key": "SP-25"} | labels)
    learned = {"key": "SP-26", "link_id": "1", "relation": "is learned from", "to_key": "OLD-3"}
    return [
        TRACKER.ticket("SP-20", day(0), type="Epic", type_level=1),
        TRACKER.ticket("SP-21", day(0), type="Task", parent_key="SP-20", estimate=3.0),
        TRACKER.ticket("SP-22", day(0), type="Sub-task", type_level=-1, is_subtask=True, parent_key="SP-21"),
        TRACKER.ticket("SP-23", day(0), type="Bug", parent_key="SP-21", labels=["AI-assisted"]),
        TRACKER.ticket("SP-24", day(0), previous_keys=["OLD-3"]),
        TRACKER.ticket("SP-25", day(0), more=[labelled], labels=["ui", "spec"]),
        TRACKER.ticket(
            "SP-26", day(0), more=[fact("ticket.linked", f"ticket:{SITE}/SP-26", day(0), learned)], team="Search"
        ),
    ]


def _work() -> list[RawRecord]:
    """Tickets whose pull requests matter; each repository's first deployment carries nothing that can be known."""
    return [
        *(TRACKER.ticket(f"SP-{number}", day(10)) for number in (30, 31, 32, 33, 34, 35)),
        deployment(1, "f" * 40, day(9)),
        deployment(1, "f" * 40, day(9), repository="acme/web"),
        # SP-30: two overlap and are its set, in two services; the third was opened after both were live.
        change(1, "SP-30 backend", day(11), approved=day(12), merged=day(13)),
        change(2, "SP-30 frontend", day(12.5), merged=day(14), repository="acme/web"),
        deployment(2, sha(1), day(15)),
        deployment(2, sha(2), day(14.5), repository="acme/web"),
        change(3, "SP-30 polish", day(16), merged=day(17)),
        deployment(3, sha(3), day(18)),
        change(4, "SP-30 given up", day(11), closed=day(12)),
        # SP-31 and SP-32 share one; SP-32 waits for another.
        change(5, "SP-31 SP-32 together", day(19), merged=day(20)),
        deployment(4, sha(5), day(21)),
        change(6, "SP-32 the rest", day(20.5)),
        # SP-33 was written after its work was live.
        TRACKER.ticket("SP-36", day(24)),
        change(7, "SP-36 first the work, then the ticket", day(21), merged=day(22)),
        deployment(5, sha(7), day(23)),
        change(8, "OLD-3 by its old key", day(24), merged=day(25)),
        deployment(6, sha(8), day(26)),
        # Of a repository that was never deployed nothing can be known, so it holds nothing back.
        change(9, "SP-34 code", day(27), merged=day(28)),
        change(9, "SP-34 manual", day(27), merged=day(29), repository="acme/docs"),
        deployment(7, sha(9), day(30)),
        # Merged, and not yet deployed although its repository is.
        change(10, "SP-35 waits", day(31), merged=day(32)),
    ]


def _talks() -> list[RawRecord]:
    return [
        interview("early", day(8), "SP-30"),
        interview("feedback", day(20), "SP-30"),
        interview("late", day(12), "SP-31", "SP-33"),
    ]
