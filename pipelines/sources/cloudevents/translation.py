"""Translates CDEvents to the families that say the same. What has no family here is kept as it was sent."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.cloudevents import delivery
from pipelines.sources.cloudevents.cdevents import Told
from pipelines.sources.cloudevents.facts import fact, keyed
from pipelines.sources.cloudevents.packages import made_of

_KEY = re.compile(r"(?P<project>[A-Za-z][A-Za-z0-9_]*)-\d+")


def events_of(told: Told) -> Sequence[Event]:
    """Return what a CDEvent tells; never nothing."""
    translate = _TRANSLATIONS.get(told.name)
    return (list(translate(told)) if translate else []) or [_recorded(told)]


def _recorded(told: Told) -> Event:
    payload = {"cdevent_type": told.line.type, "subject_id": told.subject_id, "content": dict(told.content)}
    return fact(told, "cdevent.recorded", f"cdevent:{told.subject_id}", payload)


def _incident(told: Told) -> Iterator[Event]:
    event_type = "incident.resolved" if told.name == "incident.resolved" else "incident.opened"
    payload = {
        "incident_id": told.subject_id,
        "service": told.reference("service") or told.custom_text("service"),
        "environment": told.reference("environment"),
        "title": told.text("description") or told.custom_text("title"),
        "deployment_id": told.custom_text("deployment_id"),
        "sha": told.custom_text("sha") or made_of(told.text("artifactId")).sha,
        "url": told.text("ticketURI") or told.custom_text("url"),
    }
    yield fact(told, event_type, f"incident:{told.subject_id}", payload)


def _ticket(told: Told) -> Iterator[Event]:
    key = _ticket_key(told)
    found = _KEY.fullmatch(key)
    project, title = found["project"] if found else told.text("group"), told.text("summary")
    subject, at = f"ticket:{told.line.source}/{told.subject_id}", told.at.isoformat()
    is_new, is_closed = told.name == "ticket.created", told.name == "ticket.closed"
    if is_new:
        yield fact(told, "ticket.created", subject, {"key": key, "project_key": project, "title": title})
    assignees = told.content.get("assignees")
    payload: Mapping[str, Any] = {
        "key": key,
        "id": told.subject_id,
        "project_key": project,
        "title": title,
        "type": told.text("ticketType"),
        "labels": _texts(told.content.get("labels")),
        "priority": told.text("priority"),
        "assignee": keyed(assignees[0]) if isinstance(assignees, list) and assignees else None,
        "reporter": keyed(told.content.get("creator")),
        "status_category": "done" if is_closed else None,
        "resolution": told.text("resolution"),
        "resolved_at": at if is_closed else None,
        "created_at": at if is_new else None,
        "updated_at": at,
        "url": told.text("uri"),
    }
    yield fact(told, "ticket.updated", subject, payload)


def _ticket_key(told: Told) -> str:
    last = (told.text("uri") or "").partition("?")[0].rstrip("/").rpartition("/")[2]
    return told.custom_text("key") or (last if _KEY.fullmatch(last) else told.subject_id)


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


_TRANSLATIONS: Mapping[str, Callable[[Told], Iterator[Event]]] = {
    "incident.detected": _incident,
    "incident.reported": _incident,
    "incident.resolved": _incident,
    "ticket.created": _ticket,
    "ticket.updated": _ticket,
    "ticket.closed": _ticket,
    **delivery.TRANSLATIONS,
}
