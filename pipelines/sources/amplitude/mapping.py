"""Maps the record of an exported hour to its event. Pure: no I/O, no clock. Events themselves go to segments."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.events.usage import EXPORTS

_COUNTS = ("rows_read", "rows_kept", "rows_refused")


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its event needs, or the stream is unknown.
    """
    if stream != EXPORTS:
        raise MappingError(f"amplitude has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    told = body.get("hour")
    try:
        hour = datetime.strptime(str(told), "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        raise MappingError(f"{stream} {record_key}: {told!r} is no hour") from None
    until = hour + timedelta(hours=1)
    return [
        Origin("amplitude", instance).event(
            "usage.uploaded",
            subject=f"usage:{instance}",
            occurrence=str(told),
            occurred_at=until,
            record_id=str(told),
            payload={
                "uploaded_from": hour.isoformat(),
                "uploaded_until": until.isoformat(),
                "digest": _digest(body, record_key),
                "files": _count(body, "files", record_key),
                "bytes": _count(body, "bytes", record_key),
                **{name: body[name] if isinstance(body.get(name), int) else None for name in _COUNTS},
            },
        )
    ]


def _digest(body: Mapping[str, Any], record_key: str) -> str:
    told = body.get("digest")
    if not isinstance(told, str):
        raise MappingError(f"the export of {record_key} has no digest")
    return told


def _count(body: Mapping[str, Any], name: str, record_key: str) -> int:
    told = body.get(name)
    if not isinstance(told, int):
        raise MappingError(f"the export of {record_key} tells no number of {name}")
    return told
