"""Storyline's own events: `dev.storyline.<event type>.v<schema version>`, as exported or as people write them.

An exported event carries its whole identity, so that it is the same event wherever it is imported. One written by hand
carries only its payload as `data`, and its identity is computed from the line's `source` and `id`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from pipelines.events.catalog import EVENT_TYPES, EventType
from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.cloudevents.envelope import CloudEvent, Lenient, Text, validated
from pipelines.sources.cloudevents.facts import keyed

PREFIX = "dev.storyline."
# `source` of an exported event: urn:storyline:<source>:<instance, percent-encoded>.
_URN = re.compile(r"urn:storyline:(?P<source>[^:]+):(?P<instance>.+)")
_TYPE = re.compile(r"dev\.storyline\.(?P<name>\w+\.\w+)\.v(?P<version>\d+)")


class Exported(Lenient):
    """What `data` of an exported event holds beside the CloudEvents attributes."""

    subject: Text
    payload: dict[str, Any]
    source_record_id: Text
    actor: str | None = None


def type_name(event_type: str, schema_version: int) -> str:
    """Return the CloudEvents type of an event type of the catalog."""
    return f"{PREFIX}{event_type}.v{schema_version}"


def urn(source: str, instance: str) -> str:
    """Return the CloudEvents source of an exported event."""
    return f"urn:storyline:{source}:{quote(instance, safe='')}"


def own_event(line: CloudEvent) -> Event:
    """Return the one event that a line of ours is.

    Raises:
        MappingError: its type or version is unknown, or its data does not validate.
    """
    event_type = _event_type(line.type)
    if not isinstance(line.data, dict):
        raise MappingError("data is missing or no object")
    if "payload" in line.data:
        return _exported(line, event_type)
    return _by_hand(line, event_type, line.data)


def _event_type(name: str) -> EventType:
    found = _TYPE.fullmatch(name)
    event_type = EVENT_TYPES.get(found["name"]) if found else None
    if found is None or event_type is None:
        raise MappingError(f"type {name[:80]!r} is no event type that exists; docs/events.md lists them")
    if int(found["version"]) != event_type.schema_version:
        raise MappingError(f"type {name!r} has another version than this one knows, {event_type.schema_version}")
    return event_type


def _exported(line: CloudEvent, event_type: EventType) -> Event:
    data, origin = validated(Exported, line.data, "data"), _URN.fullmatch(line.source)
    if origin is None:
        raise MappingError("source is not that of an exported event, urn:storyline:<source>:<instance>")
    validated(event_type.payload, data.payload, "data.payload")
    return Event(
        event_id=line.id,
        event_type=event_type.name,
        source=origin["source"],
        instance=unquote(origin["instance"]),
        source_record_id=data.source_record_id,
        subject=data.subject,
        actor=keyed(data.actor),
        occurred_at=line.occurred_at,
        payload=data.payload,
    )


def _by_hand(line: CloudEvent, event_type: EventType, data: Mapping[str, Any]) -> Event:
    payload = {name: value for name, value in data.items() if name != "actor"}
    payload |= {name: value for name, value in _defaults(line, event_type).items() if payload.get(name) is None}
    validated(event_type.payload, payload, "data")
    return Origin("cloudevents", line.source).event(
        event_type.name,
        subject=_subject(line, event_type, payload),
        occurrence=line.id,
        occurred_at=line.occurred_at,
        actor=keyed(data.get("actor")),
        payload=payload,
    )


def _defaults(line: CloudEvent, event_type: EventType) -> Mapping[str, Any]:
    """What a line says by its own identity where its data does not."""
    match event_type.name:
        case "interview.held":
            return {"interview_id": line.id}
        case "interview.insight_noted":
            return {"insight_id": line.id}
        case "support.feedback_given":
            return {"feedback_id": line.id}
        # Only what begins something may name it: an end must say what it ends.
        case "incident.opened":
            return {"incident_id": line.id}
        case "deployment.created":
            return {"deployment_id": line.id, "created_at": line.occurred_at.isoformat()}
        case "deployment.status_changed":
            return {"status_id": line.id}
        case _:
            return {}


def _subject(line: CloudEvent, event_type: EventType, payload: Mapping[str, Any]) -> str:
    family, _, happened = event_type.name.partition(".")
    if line.subject:
        if not re.fullmatch(r"[a-z]+:.+", line.subject):
            raise MappingError(f"subject {line.subject[:60]!r} is not of the form kind:identity")
        return line.subject
    match family:
        case "interview" if happened == "insight_noted":
            return f"insight:{payload['insight_id']}"
        case "support":
            told = {"feedback_given": "feedback", "topic_labelled": "label"}.get(happened, "support")
            return f"{told}:{line.source}/{payload['feedback_id' if told == 'feedback' else 'ticket_id']}"
        case "interview" | "incident":
            return f"{family}:{payload[f'{family}_id']}"
        case "commit":
            return f"commit:{payload['repository']}@{payload['sha']}"
        case "deployment":
            return f"deployment:{payload['repository']}/{payload['deployment_id']}"
        case _:
            raise MappingError("subject is missing; write what it is about, as ticket:<site>/<id>")
