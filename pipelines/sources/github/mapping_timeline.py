"""What happened to pull requests and issues: their timeline, and the repository's list of issue events.

Both tell the same facts with the same ids, so a fact that arrives both ways is one event.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.github.fields import actor, optional_time, required, rows, text, time_of
from pipelines.sources.github.mapping_changes import Subject, closed, comment, committed, merged, review
from pipelines.sources.github.mapping_issues import issue_event
from pipelines.sources.github.rows import is_pull_request

# A merge closes the pull request too, within a second or so; that closing is no fact of its own.
_MERGE_CLOSES_WITHIN = timedelta(seconds=5)

_STEPS = {
    "ready_for_review": "change.marked_ready",
    "convert_to_draft": "change.converted_to_draft",
    "converted_to_draft": "change.converted_to_draft",
    "head_ref_force_pushed": "change.force_pushed",
    "reopened": "change.reopened",
    "labeled": "change.labeled",
    "unlabeled": "change.unlabeled",
    "review_requested": "change.review_requested",
    "renamed": "change.renamed",
}


def timeline(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the timeline of a pull request."""
    subject = Subject(origin, record_key)
    found = rows(body, f"timeline of {record_key}")
    merges = list(_merge_times(found, subject))
    for row in found:
        kind = text(row, "event")
        if kind == "committed":
            yield committed(subject, row, row)
        elif kind == "commented":
            yield comment(subject, row, "comment")
        elif kind == "line-commented":
            for line in rows(row.get("comments") or [], f"line comments of {record_key}"):
                yield comment(subject, line, "review_comment")
        elif kind == "reviewed":
            submitted = review(subject, row)
            if submitted is not None:
                yield submitted
        else:
            yield from _step(subject, row, merges)


def issue_events(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the events of one number, which is a pull request or an issue."""
    subject = Subject(origin, record_key)
    found = rows(body, f"events of {record_key}")
    merges = list(_merge_times(found, subject))
    for row in found:
        if is_pull_request(mapping_of(row.get("issue"))):
            yield from _step(subject, row, merges)
        else:
            yield from issue_event(origin, record_key, row)


def _merge_times(found: list[Mapping[str, Any]], subject: Subject) -> Iterator[datetime]:
    for row in found:
        if row.get("event") == "merged":
            yield time_of(row, "created_at", f"the merge of {subject.name}")
        pull = mapping_of(mapping_of(row.get("issue")).get("pull_request"))
        merged_at = optional_time(pull, "merged_at", f"pull request {subject.name}")
        if merged_at is not None:
            yield merged_at


def _step(subject: Subject, row: Mapping[str, Any], merges: list[datetime]) -> Iterator[Event]:
    kind = text(row, "event")
    if kind is None or kind not in {"merged", "closed", *_STEPS}:
        return
    event_id = required(row, "id", f"a {kind} event of {subject.name}")
    when = time_of(row, "created_at", f"event {event_id} of {subject.name}")
    who = actor(row.get("actor"))
    if kind == "merged":
        yield merged(subject, text(row, "commit_id"), occurred_at=when, actor=who, record_id=event_id)
    elif kind == "closed":
        if not any(abs(when - merge) <= _MERGE_CLOSES_WITHIN for merge in merges):
            yield closed(subject, event_id, occurred_at=when, actor=who, record_id=event_id)
    else:
        payload = {"event_id": event_id, **_details(subject, row, event_id)}
        yield subject.event(_STEPS[kind], payload, occurrence=event_id, occurred_at=when, actor=who, record_id=event_id)


def _details(subject: Subject, row: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    match row.get("event"):
        case "head_ref_force_pushed":
            return {"sha": text(row, "commit_id")}
        case "labeled" | "unlabeled":
            what = f"the label of event {event_id} of {subject.name}"
            return {"label": required(mapping_of(row.get("label")), "name", what)}
        case "renamed":
            rename = mapping_of(row.get("rename"))
            return {"from_title": text(rename, "from"), "to_title": text(rename, "to")}
        case _:
            return {}
