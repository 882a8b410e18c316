"""Issues and what happens to them. Pull requests, which the vendor lists as issues too, never come this far."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.github.fields import (
    actor,
    iso,
    labels,
    number_of,
    optional_time,
    repository_of,
    required,
    text,
    time_of,
)
from pipelines.sources.github.rows import is_pull_request


def issue(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the state of an issue, and what its own times tell."""
    row, what = mapping_of(body), f"issue {record_key}"
    if is_pull_request(row):
        return
    created_at, updated_at = time_of(row, "created_at", what), time_of(row, "updated_at", what)
    closed_at = optional_time(row, "closed_at", what)
    author, title = actor(row.get("user")), text(row, "title")
    about, subject = _about(record_key), f"issue:{record_key}"
    yield origin.event(
        "issue.opened",
        subject=subject,
        occurrence="opened",
        occurred_at=created_at,
        payload={**about, "title": title},
        actor=author,
    )
    state = {
        **about,
        "title": title,
        "state": "closed" if row.get("state") == "closed" else "open",
        "labels": labels(row),
        "body": text(row, "body"),
        "created_at": iso(created_at),
        "updated_at": iso(updated_at),
        "closed_at": iso(closed_at),
        "url": text(row, "html_url"),
    }
    version = str(iso(updated_at))
    yield origin.event(
        "issue.updated", subject=subject, occurrence=version, occurred_at=updated_at, payload=state, actor=author
    )
    if closed_at:
        closed = str(iso(closed_at))
        yield origin.event("issue.closed", subject=subject, occurrence=closed, occurred_at=closed_at, payload=about)


def issue_event(origin: Origin, record_key: str, row: Mapping[str, Any]) -> Iterator[Event]:
    """Map one event of an issue: closed, reopened, labeled. A closing's time tells it apart, as above."""
    kind = row.get("event")
    if kind not in ("closed", "reopened", "labeled"):
        return
    event_id = required(row, "id", f"a {kind} event of {record_key}")
    when = time_of(row, "created_at", f"event {event_id} of {record_key}")
    payload = _about(record_key)
    if kind == "labeled":
        what = f"the label of event {event_id} of {record_key}"
        payload["label"] = required(mapping_of(row.get("label")), "name", what)
    yield origin.event(
        f"issue.{kind}",
        subject=f"issue:{record_key}",
        occurrence=str(iso(when)) if kind == "closed" else event_id,
        occurred_at=when,
        payload=payload,
        actor=actor(row.get("actor")),
        record_id=event_id,
    )


def _about(record_key: str) -> dict[str, Any]:
    return {"repository": repository_of(record_key), "number": number_of(record_key)}
