"""Maps Split's records to events. Pure: no I/O, no clock. Vendor words stop here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.split.reach import NOBODY, Reach, reach_of
from pipelines.sources.split.values import moment
from pipelines.sources.values import number, required, rows, text


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream not in _STREAMS:
        raise MappingError(f"split has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    return list(_STREAMS[stream](Origin("split", instance), body))


def _flag(origin: Origin, body: Mapping[str, Any]) -> Iterator[Event]:
    flag = mapping_of(body.get("flag"))
    subject, project, name = _named(origin, body, flag.get("name"))
    created = moment(flag.get("creationTime"))
    status = text(mapping_of(flag.get("rolloutStatus")).get("name"))
    changed = moment(flag.get("rolloutStatusTimestamp"))
    payload = {
        "project": project,
        "flag_key": name,
        "name": name,
        "description": text(flag.get("description")),
        "tags": [tag for row in rows(flag.get("tags")) if (tag := text(row.get("name"))) is not None],
        "custom_properties": {"rollout_status": [status]} if status else {},
        "created_at": created.isoformat() if created else None,
        "updated_at": changed.isoformat() if changed else None,
    }
    yield origin.event(
        "flag.created", subject=subject, occurrence="created", occurred_at=created, record_id=name, payload=payload
    )
    yield origin.event(
        "flag.updated",
        subject=subject,
        occurrence="updated",
        # The service tells no time of a change of name or tags.
        occurred_at=max(created, changed) if created and changed else changed or created,
        record_id=name,
        payload=payload,
    )


def _definition(origin: Origin, body: Mapping[str, Any]) -> Iterator[Event]:
    subject, project, name = _named(origin, body, body.get("flag"))
    environment = mapping_of(body.get("environment"))
    place = text(environment.get("name")) or required(environment.get("id"), f"the environment of {name}")
    told, before = body.get("definition"), body.get("previous")
    if told is not None and not isinstance(told, dict):
        raise MappingError(f"the definition of {name} in {place} is no object")
    definition = mapping_of(told)
    # Where the service's own time stood still or is missing, it stood so when somebody looked.
    is_seen = "seen_at" in body
    at = _seen(body) if is_seen else moment(definition.get("lastUpdateTime"))
    reach = reach_of(definition) if isinstance(told, dict) else NOBODY
    is_production = environment.get("production")
    yield origin.event(
        "flag.configured",
        subject=subject,
        occurrence=f"{required(environment.get('id'), f'the environment of {name}')}:{_version(body, definition)}",
        occurred_at=at,
        record_id=f"{place}/{name}",
        payload={
            "project": project,
            "flag_key": name,
            "environment": place,
            "changes": _changes(reach_of(before), reach) if isinstance(before, dict) else [],
            "is_production": is_production if isinstance(is_production, bool) else None,
            "is_on": reach.is_on,
            "served_percentage": reach.percentage,
            "unknown_reason": reach.reason,
            "feature_variation": reach.feature,
            "targeted_users": reach.people,
            "targeted_segments": list(reach.segments),
            "prerequisites": list(reach.prerequisites),
            "version": int(number(definition.get("lastUpdateTime")) or 0) or None,
            "is_observed": is_seen or at is None or not _is_its_own(definition, before),
        },
    )


def _deletion(origin: Origin, body: Mapping[str, Any]) -> Iterator[Event]:
    subject, project, name = _named(origin, body, body.get("flag"))
    yield origin.event(
        "flag.deleted",
        subject=subject,
        # A name may be used again, and its flag go again.
        occurrence=f"deleted:{text(body.get('created')) or ''}",
        # A flag that is gone tells no time; it was gone when somebody looked.
        occurred_at=None,
        record_id=name,
        payload={"project": project, "flag_key": name},
    )


def _named(origin: Origin, body: Mapping[str, Any], name: Any) -> tuple[str, str, str]:
    """Return subject, workspace and name of the flag that a record is about."""
    workspace = required(body.get("workspace"), "the workspace of a flag")
    flag = required(name, "the name of a flag")
    return f"flag:{origin.instance}/{workspace}/{flag}", workspace, flag


def _version(body: Mapping[str, Any], definition: Mapping[str, Any]) -> str:
    told = (text(definition.get("lastUpdateTime")), text(body.get("seen_at")))
    return "+".join(part for part in told if part is not None) or "first"


def _seen(body: Mapping[str, Any]) -> Any:
    seen = text(body.get("seen_at"))
    try:
        return None if seen is None else parse_time(seen)
    except ValueError as error:
        raise MappingError(f"{seen!r} is no time at which anybody looked") from error


def _is_its_own(definition: Mapping[str, Any], before: Any) -> bool:
    """Tell whether the time that a definition tells is that of the change which led to it.

    Of the first that is seen, it is so only where nothing changed since the flag came into the environment: what the
    last change was about is not told, so the share may be older.
    """
    created, updated = definition.get("creationTime"), definition.get("lastUpdateTime")
    return isinstance(before, dict) or created == updated


def _changes(before: Reach, after: Reach) -> list[str]:
    found = []
    if before.is_on != after.is_on:
        found.append("turned_on" if after.is_on else "turned_off")
    # What killing does to the share is told by it.
    elif (before.percentage, before.reason) != (after.percentage, after.reason):
        found.append("rollout")
    if (before.people or 0, before.segments) != (after.people or 0, after.segments):
        found.append("targeting")
    if before.prerequisites != after.prerequisites:
        found.append("prerequisites")
    return found or ["other"]


_STREAMS: dict[str, Callable[[Origin, Mapping[str, Any]], Iterator[Event]]] = {
    "flags": _flag,
    "definitions": _definition,
    "deletions": _deletion,
}
