"""What ties things together, and what only seems to: each number is a trap, named by what it says of itself."""

from datetime import datetime, timedelta
from typing import Any

from pipelines.events.records import RawRecord
from tests.dbt.planting import SITE, Tracker, change, day, deployment, fact, interview, record, sha
from tests.dbt.planting_flags import flag, shares

REPOSITORY = "acme/links"
GONE, PICKED = "9" * 40, "8" * 40
# It clears a terminal, turns what is read around, breaks the line, and calls itself something else.
HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202eegnahc\u2066 two\nlines\r\u009b31m \u200b'; drop table x; --"


def records(tracker: Tracker) -> list[RawRecord]:
    """Tickets of every kind, and pull requests, deployments, incidents and talks that name them, or nothing."""
    return [*_tickets(tracker), *_changes(), *_deployments(), *_incidents(), *_around()]


def _tickets(tracker: Tracker) -> list[RawRecord]:
    caused = {"key": "LK-7", "link_id": "7", "relation": "is caused by", "to_key": "LK-1"}
    return [
        tracker.ticket("LK-1", day(30)),
        tracker.ticket("LK-2", day(30), type="Sub-task", type_level=-1, is_subtask=True, parent_key="LK-1"),
        tracker.ticket("LK-3", day(30), type="Epic", type_level=1),
        tracker.ticket("LK-4", day(30)),
        record("gone LK-4", fact("ticket.deleted", f"ticket:{SITE}/LK-4", day(60), {"key": "LK-4"})),
        tracker.ticket("LK-5", day(30), previous_keys=["OLDK-5"]),
        tracker.ticket("LK-6", day(30), type="Interview"),
        tracker.ticket("LK-8", day(30), title=HOSTILE),
        tracker.ticket(
            "LK-7", day(47), type="Incident", more=[fact("ticket.linked", f"ticket:{SITE}/LK-7", day(47), caused)]
        ),
    ]


def _changes() -> list[RawRecord]:
    return [
        _change(301, "LK-2 the part", day(41), message="Begin"),
        _change(302, "LK-3 groundwork", day(41.1)),
        _change(303, "LK-4 too late", day(41.2)),
        _change(304, "OPS-7 of another board, LK-77 of ours", day(41.3)),
        _change(305, "Nothing at all", day(41.4)),
        # Closed without a merge: for another one, and for good.
        _change(306, "LK-1 first try", day(41.5), is_merged=False, body="Superseded by #307"),
        _change(307, "LK-1 second try", day(41.6), body="Done.\n\nFeature-Flag: lk-export\n", message="Work"),
        _change(308, "LK-1 never mind", day(41.7), is_merged=False, body="Replaced by #399"),
        _change(309, "OLDK-5 by its old key", day(41.8), body="Behind `lk-export`.\nFlag: lk-none"),
        _change(310, "LK-5 backport", day(41.9), message=f"Pick\n\n(cherry picked from commit {sha(307)})"),
        _change(311, "LK-5 of elsewhere", day(42), message=f"Pick\n\n(cherry picked from commit {PICKED})"),
        _change(312, "Repair it", day(42.1), labels=["hotfix"]),
        _change(313, 'Revert "LK-5 backport (#310)"', day(42.2)),
        _change(314, f"LK-8 {HOSTILE}", day(42.3)),
        # Pushed by hand.
        _pushed(sha(390), day(41.95)),
    ]


def _change(number: int, title: str, at: datetime, *, is_merged: bool = True, **more: Any) -> RawRecord:
    """A pull request with what its body, its labels and its one commit say."""
    merged, closed = (at + timedelta(hours=1), None) if is_merged else (None, at + timedelta(hours=1))
    told = change(number, title, at, merged=merged, closed=closed, repository=REPOSITORY)
    newest = told.body["events"][-1]["payload"]
    newest |= {name: more[name] for name in ("body", "labels") if name in more}
    if message := more.get("message"):
        commit = {"repository": REPOSITORY, "number": number, "sha": f"{number:040d}"[::-1], "message": message}
        subject = f"change:{REPOSITORY}#{number}"
        told.body["events"].append(fact("change.committed", subject, at, commit | {"authored_at": at}))
    return told


def _pushed(commit: str, at: datetime) -> RawRecord:
    told = {"repository": REPOSITORY, "sha": commit, "parents": [sha(1)], "message": "By hand", "committed_at": at}
    return record(f"commit {commit}", fact("commit.recorded", f"commit:{REPOSITORY}@{commit}", at, told))


def _deployments() -> list[RawRecord]:
    nameless = deployment(905, "", day(46), repository=REPOSITORY)
    del nameless.body["events"][0]["payload"]["sha"]
    failed = deployment(904, sha(303), day(45), repository=REPOSITORY)
    failed.body["events"][1]["payload"]["state"] = "failure"
    return [
        deployment(901, "d" * 40, day(40), repository=REPOSITORY),
        deployment(902, sha(307), day(43), repository=REPOSITORY),
        # The same commit again, one that failed, one that tells no commit, one of a history that nobody has.
        deployment(903, "d" * 40, day(44), repository=REPOSITORY),
        failed,
        nameless,
        deployment(906, GONE, day(46.5), repository=REPOSITORY),
        deployment(907, sha(390), day(46.6), repository=REPOSITORY),
    ]


def _incidents() -> list[RawRecord]:
    def told(key: str, at: datetime, **more: Any) -> RawRecord:
        payload = {"incident_id": key, "service": "links", "title": key} | more
        return record(f"incident {key}", fact("incident.opened", f"incident:{key}", at, payload), stream="facts")

    return [
        told("LI-flag", day(43.5), flag_key="lk-export"),
        told("LI-stranger", day(43.6), flag_key="lk-unheard-of"),
        # Weeks after anything went out: whoever blames the last deployment is wrong.
        told("LI-late", day(90)),
    ]


def _around() -> list[RawRecord]:
    return [
        flag("lk-export", *shares((43, 10), (44, 100)), tags=["LK-1"]),
        flag("lk-nameless", *shares((43, 10))),
        interview("talk of nothing", day(35)),
        interview("talk of LK-5", day(35), "LK-5"),
    ]
