"""Takes a range query's answer apart: a record for each series and day. The same for an answer and a recording."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from pipelines.sources.base import BadRecord, RawRecord, mapping_of
from pipelines.sources.prometheus.queries import selector

STREAM = "series"
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked.

    Attributes:
        query: its name.
        definition: what the settings say of its meaning; empty for a recording.
        step_seconds: None where nobody can tell, as of a recording of single moments.
    """

    instance: str
    query: str
    definition: Mapping[str, Any]
    step_seconds: float | None


class AnswerError(ValueError):
    """An answer is no answer to a range query. The message says why."""


def result_of(answer: Any) -> list[Any]:
    """Return the series of an answer.

    Raises:
        AnswerError: the server says that it failed, or answers something else than a matrix.
    """
    told = mapping_of(answer)
    if told.get("status") != "success":
        kind, error = told.get("errorType") or "no reason", told.get("error") or "it says no more"
        raise AnswerError(f"{kind}: {error}")
    data = mapping_of(told.get("data"))
    if data.get("resultType") != "matrix" or not isinstance(data.get("result"), list):
        raise AnswerError(f"a {data.get('resultType')!r} where a matrix was due")
    found: list[Any] = data["result"]
    return found


def merged(results: Iterable[list[Any]]) -> list[Any]:
    """Join the series of several answers, which follow each other in time, by their labels."""
    found: dict[str, dict[str, Any]] = {}
    odd: list[Any] = []
    for one in (series for result in results for series in result):
        if not _is_series(one):
            odd.append(one)
            continue
        known = found.setdefault(selector(one["metric"]), {"metric": one["metric"], "values": []})
        known["values"] = [*known["values"], *one["values"]]
    return [*found.values(), *odd]


def step_of(result: Iterable[Any]) -> float | None:
    """Return the step that the series of an answer show: the least time between two points, None where none is."""
    gaps = [
        after - before
        for series in result
        if _is_series(series)
        for before, after in pairwise(sorted({float(value[0]) for value in series["values"]}))
    ]
    return min(gaps, default=None)


def records_of(asked: Asked, result: Iterable[Any]) -> Iterator[RawRecord | BadRecord]:
    """Yield a record for each series and each UTC day in which a bucket of it began."""
    for place, series in enumerate(result):
        if not _is_series(series):
            yield _bad(asked, place, series)
            continue
        labels = selector(series["metric"])
        for day, values in _by_day(series["values"], asked.step_seconds or 0).items():
            body = {
                "query": asked.query,
                "definition": dict(asked.definition),
                "day": day,
                "step_seconds": asked.step_seconds,
                "metric": series["metric"],
                "values": values,
            }
            # A later reading of a day tells more of it. Where a server has forgotten a day's end, what it told of it
            # before stays the newer version.
            last = moment(max(value[0] for value in values))
            yield RawRecord(asked.instance, STREAM, f"{asked.query}{labels}@{day}", body, last)


def moment(seconds: float) -> datetime:
    """Return a moment that the vendor tells in seconds since 1970, to the millisecond, as it counts."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def _by_day(values: Iterable[Any], step: float) -> dict[str, list[Any]]:
    found: dict[int, list[Any]] = {}
    for value in values:
        # A value tells of the bucket that it ends.
        found.setdefault(int((value[0] - step) // 86_400), []).append(value)
    return {moment(day * 86_400).date().isoformat(): told for day, told in found.items()}


def _is_series(series: Any) -> bool:
    told = mapping_of(series)
    metric, values = told.get("metric"), told.get("values")
    if not isinstance(metric, dict) or not all(isinstance(value, str) for value in metric.values()):
        return False
    return isinstance(values, list) and bool(values) and all(_is_point(value) for value in values)


def _is_point(value: Any) -> bool:
    # Not beyond the years that a calendar has.
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], int | float)
        and not isinstance(value[0], bool)
        and 0 <= value[0] < 4_102_444_800
    )


def _bad(asked: Asked, place: int, series: Any) -> BadRecord:
    told = mapping_of(series)
    why = "is a native histogram; ask for a quantile of it" if told.get("histograms") else "has no labels and points"
    reason = f"series {place + 1} of query {asked.query} {why}"
    return BadRecord(asked.instance, STREAM, f"{asked.query}[{place}]", reason, json.dumps(series)[:_SHOWN])
