"""What a played Prometheus holds: for each query's text the series that it would find."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Point = tuple[float, str]


@dataclass(slots=True)
class Series:
    """Labels, and values by time (seconds since 1970), oldest first; a value is the vendor's text."""

    metric: dict[str, str]
    points: list[Point]

    def between(self, start: float, end: float, step: float) -> Iterator[list[Any]]:
        """Yield the points that a range query finds: those at its start and every step after it."""
        times = [point[0] for point in self.points]
        for at, value in self.points[bisect_left(times, start) : bisect_right(times, end)]:
            if (at - start) % step == 0:
                yield [at, value]


@dataclass(slots=True)
class Quirks:
    """How this server misbehaves.

    Attributes:
        most_points: of a series in one answer.
        most_samples: of all series in one answer; more is answered with 422.
        warnings: with each answer.
        error: instead of each answer, though with a status of 200.
    """

    most_points: int = 11_000
    most_samples: int = 50_000_000
    warnings: list[str] = field(default_factory=list)
    error: str | None = None


@dataclass(slots=True)
class Store:
    """All series by the text of the query that finds them.

    Attributes:
        signed: values of the Authorization header that are let in; with none of them, everybody is.
        rules: names of the recording rules.
    """

    signed: set[str] = field(default_factory=set)
    series: dict[str, list[Series]] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    quirks: Quirks = field(default_factory=Quirks)

    def plant(self, promql: str, metric: dict[str, str], points: Iterable[Point]) -> None:
        """Let a query find a series."""
        self.series.setdefault(promql, []).append(Series(metric, sorted(points)))

    def record(self, folder: Path) -> None:
        """Add what was recorded; the text of each query is its name."""
        for query, answer in json.loads((folder / "query_range.json").read_text(encoding="utf-8")).items():
            for one in answer.get("data", {}).get("result", ()):
                if isinstance(one.get("values"), list) and all(isinstance(at, int | float) for at, _ in one["values"]):
                    self.plant(query, one["metric"], [(at, value) for at, value in one["values"]])
