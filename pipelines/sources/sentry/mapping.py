"""Maps sessions to what was measured, and the issues that are incidents to when they began and ended."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.sentry.sessions import CRASH_FREE, SESSIONS

_MEASURES = {SESSIONS: "sessions", CRASH_FREE: "crash_free_rate"}
_SHA = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterator[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need.
    """
    origin, row = Origin("sentry", instance), mapping_of(body)
    if stream == "sessions":
        return _sessions(origin, row, f"sessions {record_key}")
    if stream == "issues":
        return _issue(origin, row, f"issue {record_key}")
    raise MappingError(f"sentry has no stream {stream!r}")


def _sessions(origin: Origin, row: Mapping[str, Any], what: str) -> Iterator[Event]:
    step = row.get("interval_seconds")
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step <= 86_400:
        raise MappingError(f"{what} do not tell how long an interval is")
    times, series = _times(row, what), mapping_of(row.get("series"))
    numbers = {field: _numbers(series.get(field), len(times), f"{what}, {field},") for field in _MEASURES}
    if any(value is not None and value > 1 for value in numbers[CRASH_FREE]):
        raise MappingError(f"{what} have a share above 1")
    project = mapping_of(row.get("project"))
    release, environment = _text(row.get("release")), _text(row.get("environment"))
    service = _text(project.get("slug")) or _text(project.get("id"))
    end = times[-1] + timedelta(seconds=step)
    for field, measure in _MEASURES.items():
        counts: list[float | None] = [None] * len(times) if field == SESSIONS else numbers[SESSIONS]
        yield origin.event(
            "monitor.measured",
            subject=f"monitor:{measure}/{service or '?'}/{environment or '?'}/{release or '?'}",
            occurrence=times[0].date().isoformat(),
            occurred_at=end,
            payload={
                "monitor_id": measure,
                "measure": measure,
                "service": service,
                "environment": environment,
                "release": release,
                "window_start": _iso(times[0].replace(hour=0, minute=0, second=0, microsecond=0)),
                "window_end": _iso(end),
                "bucket_seconds": float(step),
                "points": [
                    {"at": _iso(at), "value": value, "count": count}
                    for at, value, count in zip(times, numbers[field], counts, strict=True)
                ],
            },
        )


def _times(row: Mapping[str, Any], what: str) -> list[datetime]:
    told = row.get("intervals")
    if not isinstance(told, list) or not told:
        raise MappingError(f"{what} have no intervals")
    try:
        return [parse_time(at) for at in told]
    except (ValueError, AttributeError, OverflowError):
        raise MappingError(f"{what} have an interval that is no time") from None


def _numbers(told: Any, count: int, what: str) -> list[float | None]:
    if not isinstance(told, list) or len(told) != count:
        raise MappingError(f"{what} have no value for each interval")
    try:
        return [None if value is None else float(value) for value in told]
    except (TypeError, ValueError):
        raise MappingError(f"{what} have a value that is no number") from None


def _issue(origin: Origin, row: Mapping[str, Any], what: str) -> Iterator[Event]:
    issue_id = _text(row.get("id"))
    if issue_id is None:
        raise MappingError(f"{what} has no id")
    opened_at = _time(row.get("firstSeen"), f"{what} has firstSeen")
    if opened_at is None:
        raise MappingError(f"{what} has no firstSeen")
    release = _text(mapping_of(row.get("firstRelease")).get("version")) or ""
    sha = _SHA.search(release.lower())
    payload = {
        "incident_id": _text(row.get("shortId")) or issue_id,
        "service": _text(mapping_of(row.get("project")).get("slug")),
        "title": _text(row.get("title")),
        "sha": sha[0] if sha else None,
        "severity": _text(row.get("priority")) or _text(row.get("level")),
        "url": _text(row.get("permalink")),
    }
    subject = f"incident:{origin.instance}/{issue_id}"
    yield origin.event("incident.opened", subject=subject, occurrence="opened", occurred_at=opened_at, payload=payload)
    if row.get("status") != "resolved":
        return
    resolved_at = _resolved_at(row.get("activity"), what)
    if resolved_at is None:
        raise MappingError(f"{what} is resolved and its activity does not tell when")
    yield origin.event(
        "incident.resolved", subject=subject, occurrence="resolved", occurred_at=resolved_at, payload=payload
    )


def _resolved_at(activity: Any, what: str) -> datetime | None:
    """Return when it was last resolved: by hand, in a release, by a commit or by age; each has a type of its own."""
    rows = map(mapping_of, activity if isinstance(activity, list) else ())
    told = [row.get("dateCreated") for row in rows if str(row.get("type")).startswith("set_resolved")]
    moments = (_time(at, f"{what} has an activity with dateCreated") for at in told)
    return max((at for at in moments if at is not None), default=None)


def _time(value: Any, what: str) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return parse_time(value)
    except (ValueError, AttributeError, OverflowError) as error:
        raise MappingError(f"{what} {value!r}, which is no time") from error


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
