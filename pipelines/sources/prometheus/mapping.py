"""Maps a day of a series to what was measured. Vendor words stop here."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.prometheus.queries import measure_of, named_fields, selector
from pipelines.sources.prometheus.series import STREAM, moment

_SHARES = ("error_rate", "crash_free_rate")
# Requests and errors are counted one after the other, so a share can be a hair above the whole.
_WHOLE = 1 + 1e-6


def to_events(instance: str, stream: str, record_key: str, body: Any) -> list[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its event needs.
    """
    if stream != STREAM:
        raise MappingError(f"prometheus has no stream {stream!r}")
    row, what = mapping_of(body), f"series {record_key}"
    query, labels, step = _query(row, what), _labels(row, what), _step(row, what)
    measure, (fields, rest) = measure_of(query, row.get("definition")), named_fields(labels, row.get("definition"))
    points = _points(row, step, what)
    if measure in _SHARES and any((point["value"] or 0) > _WHOLE for point in points):
        raise MappingError(f"{what} has a share above 1; if the query gives percent, divide it by 100")
    begin, end = _begin(row, what), moment(max(value[0] for value in row["values"]))
    payload = {
        "monitor_id": query,
        "measure": measure,
        **fields,
        "labels": rest,
        "window_start": _iso(begin),
        "window_end": _iso(end),
        "bucket_seconds": step,
        "points": points,
    }
    return [
        Origin("prometheus", instance).event(
            "monitor.measured",
            subject=f"monitor:{query}{selector(labels)}",
            occurrence=begin.date().isoformat(),
            occurred_at=end,
            payload=payload,
        )
    ]


def _query(row: Mapping[str, Any], what: str) -> str:
    query = row.get("query")
    if not isinstance(query, str) or not query:
        raise MappingError(f"{what} does not tell its query")
    return query


def _labels(row: Mapping[str, Any], what: str) -> dict[str, str]:
    metric = row.get("metric")
    if not isinstance(metric, Mapping) or not all(isinstance(value, str) for value in metric.values()):
        raise MappingError(f"{what} has no labels")
    return dict(metric)


def _step(row: Mapping[str, Any], what: str) -> float:
    step = row.get("step_seconds")
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step <= 86_400:
        raise MappingError(f"{what} does not tell its step; record more than one moment")
    return float(step)


def _begin(row: Mapping[str, Any], what: str) -> datetime:
    try:
        day = date.fromisoformat(str(row.get("day")))
    except ValueError:
        raise MappingError(f"{what} does not tell its day") from None
    return datetime.combine(day, time(), UTC)


def _points(row: Mapping[str, Any], step: float, what: str) -> list[dict[str, Any]]:
    values = row.get("values")
    if not isinstance(values, list) or not values:
        raise MappingError(f"{what} has no points")
    found: dict[datetime, float | None] = {}
    for value in values:
        if not isinstance(value, list) or len(value) != 2 or isinstance(value[0], bool):
            raise MappingError(f"{what} has the point {value!r}, which is no time and value")
        if not isinstance(value[0], int | float) or not 0 <= value[0] < 4_102_444_800:
            raise MappingError(f"{what} has a point at {value[0]!r}, which is no time")
        found[moment(value[0]) - timedelta(seconds=step)] = _number(value[1], what)
    return [{"at": _iso(at), "value": value} for at, value in sorted(found.items())]


def _number(value: Any, what: str) -> float | None:
    """Return a value, which the vendor writes as text; NaN and infinity say that nothing could be measured."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise MappingError(f"{what} has the value {value!r}, which is no number") from None
    return number if math.isfinite(number) else None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
