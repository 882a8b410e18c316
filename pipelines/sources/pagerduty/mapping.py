"""Maps an incident to when it was opened and when it was over. Vendor words stop here."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of

_SHA = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{40}(?![0-9a-fA-F])")
_OPEN = ("triggered", "acknowledged")
# What the alert that set it off may tell of the change to blame: the field, and what tools call it.
_DETAILS = {
    "environment": ("environment", "env"),
    "deployment_id": ("deployment_id", "deployment"),
    "sha": ("sha", "commit", "commit_sha", "revision"),
    "flag_key": ("flag_key", "flag", "feature_flag"),
}


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterator[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need.
    """
    if stream != "incidents":
        raise MappingError(f"pagerduty has no stream {stream!r}")
    row, what = mapping_of(body), f"incident {record_key}"
    incident_id = _required(row, "id", what)
    opened_at = _time(row, "created_at", what)
    if opened_at is None:
        raise MappingError(f"{what} has no created_at")
    if mapping_of(row.get("resolve_reason")).get("type") == "merge_resolve_reason":
        # It is part of another incident, which tells of both.
        return
    origin, payload = Origin("pagerduty", instance), _payload(row, incident_id)
    subject = f"incident:{instance}/{incident_id}"
    yield origin.event("incident.opened", subject=subject, occurrence="opened", occurred_at=opened_at, payload=payload)
    # One that was opened again may still tell when it was over before.
    resolved_at = None if row.get("status") in _OPEN else _time(row, "resolved_at", what)
    if resolved_at is None and row.get("status") == "resolved":
        resolved_at = _time(row, "last_status_change_at", what)
        if resolved_at is None:
            raise MappingError(f"{what} is resolved and does not tell when")
    if resolved_at is not None:
        yield origin.event(
            "incident.resolved", subject=subject, occurrence="resolved", occurred_at=resolved_at, payload=payload
        )


def _payload(row: Mapping[str, Any], incident_id: str) -> dict[str, Any]:
    title = _text(row.get("title")) or _text(row.get("summary"))
    told = _told(row)
    if "sha" not in told:
        named = _SHA.search(f"{title or ''}\n{_text(row.get('description')) or ''}")
        told |= {"sha": named[0]} if named else {}
    return {
        "incident_id": incident_id,
        "service": _text(mapping_of(row.get("service")).get("summary")),
        "title": title,
        "severity": _text(mapping_of(row.get("priority")).get("summary")) or _text(row.get("urgency")),
        "url": _text(row.get("html_url")),
        **told,
    }


def _told(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what the alert that set it off tells of the change to blame."""
    channel = mapping_of(mapping_of(row.get("first_trigger_log_entry")).get("channel"))
    details = {**mapping_of(channel.get("cef_details")), **mapping_of(channel.get("details"))}
    details |= mapping_of(details.get("custom_details"))
    found: dict[str, str] = {}
    for field, names in _DETAILS.items():
        value = next((text for name in names if (text := _text(details.get(name)))), None)
        if value is not None and (field != "sha" or _SHA.fullmatch(value)):
            found[field] = value
    return found


def _required(row: Mapping[str, Any], field: str, what: str) -> str:
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise MappingError(f"{what} has no {field}")
    return str(value)


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _time(row: Mapping[str, Any], field: str, what: str) -> datetime | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    try:
        return parse_time(value)
    except (ValueError, AttributeError, OverflowError) as error:
        raise MappingError(f"{what} has {field} {value!r}, which is no time") from error
