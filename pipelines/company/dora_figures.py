"""What a definition makes of what it counts: the figures of a service's week, or of a longer window as a whole."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.company.company import Company
from pipelines.company.dora_definitions import DEFINITIONS
from pipelines.company.dora_truth import Point, dora_points, week_of, weeks_of

_DAY = timedelta(days=1)


def lower(values: Iterable[float], share: float) -> float | None:
    """Return the largest value that at most so large a share lies below: of two middle ones the lower."""
    ordered = sorted(values)
    below = {value: ordered.index(value) for value in ordered}
    fits = [value for value in ordered if below[value] <= share * (len(ordered) - 1)]
    return max(fits, default=None)


def between(values: Iterable[float], share: float) -> float | None:
    """Return the quantile between the two nearest values, as spreadsheets have it."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def figures(definition: str, points: Iterable[Point]) -> dict[str, Any]:
    """Return the figures of some points, named as the marts name them."""
    quantile: Callable[[Iterable[float], float], float | None] = lower if definition == "devlake" else between
    by_measure: dict[str, list[Point]] = {}
    for point in points:
        by_measure.setdefault(point.measure, []).append(point)
    told: dict[str, Any] = {}
    for measure, name in (("lead_time", "change_lead_time"), ("recovery", "recovery")):
        values = [point.value for point in by_measure.get(measure, [])]
        told[f"{name}_n"] = len(values)
        told[f"{name}_median_seconds"] = quantile(values, 0.5)
        told[f"{name}_p85_seconds"] = quantile(values, 0.85)
    deployments = by_measure.get("deployment", [])
    weighed = len(deployments) if definition == "dora" else 0
    for name, counted, n in (
        ("change_fail", len(by_measure.get("failed", [])), len(by_measure.get("judged", []))),
        ("rework", len(by_measure.get("rework", [])), weighed),
    ):
        told |= {f"{name}_numerator": counted, f"{name}_rate_n": n, f"{name}_rate": counted / n if n else None}
    return told | {"deployments": len(deployments), "deployment_frequency_n": len(deployments)}


def points_of(company: Company, as_of: datetime) -> dict[str, list[Point]]:
    """Return what each definition counts."""
    others = {name: list(counted(company, as_of)) for name, counted in DEFINITIONS.items()}
    return {"dora": list(dora_points(company, as_of)), **others}


def weekly_figures(company: Company, as_of: datetime) -> Iterator[dict[str, Any]]:
    """Yield every week of every service under every definition."""
    for definition, points in points_of(company, as_of).items():
        weeks: dict[tuple[str, date], list[Point]] = {week: [] for week in weeks_of(company, as_of)}
        for point in points:
            weeks.get((point.service, week_of(point.at)), []).append(point)
        for (service, on), own in weeks.items():
            days = len({point.at.date() for point in own if point.measure == "deployment"})
            told = figures(definition, own)
            counted = days if definition in ("devlake", "four_keys") else told["deployments"]
            frequency = {"deployment_days": days, "deployment_frequency_per_day": counted / 7}
            yield {"definition": definition, "service": service, "week_on": on.isoformat(), **told, **frequency}


def window_figures(company: Company, as_of: datetime) -> Iterator[dict[str, Any]]:
    """Yield every window of every service under every definition."""
    for definition, points in points_of(company, as_of).items():
        for service in sorted({service for service, _ in weeks_of(company, as_of)}):
            own = [point for point in points if point.service == service]
            begun = min(point.at for point in dora_points(company, as_of) if _is_out(point, service))
            for name, start, end in _windows(begun, as_of):
                inside = [point for point in own if start <= point.at < end]
                told = figures(definition, inside)
                told |= _frequency(definition, inside, (start, min(end, as_of)))
                yield {"definition": definition, "service": service, "window_name": name, **told}


def _is_out(point: Point, service: str) -> bool:
    return point.service == service and point.measure == "judged"


def _windows(begun: datetime, as_of: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    for days in (30, 90):
        yield f"last_{days}_days", as_of - timedelta(days=days), as_of
    start = datetime(begun.year, begun.month, 1, tzinfo=UTC)
    while start <= as_of:
        end = datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)
        yield start.strftime("%Y-%m"), start, end
        start = end


def _frequency(definition: str, points: list[Point], window: tuple[datetime, datetime]) -> dict[str, float | None]:
    start, end = window
    days: dict[date, set[date]] = {}
    on = week_of(start)
    # A moment before its end: a window that ends on a Monday has none of that week.
    while on <= week_of(end - timedelta(microseconds=1)):
        days[on] = set()
        on += timedelta(weeks=1)
    for point in points:
        if point.measure == "deployment":
            days[week_of(point.at)].add(point.at.date())
    quantile = lower if definition == "devlake" else between
    typical = quantile([float(len(found)) for found in days.values()], 0.5)
    out = sum(point.measure == "deployment" for point in points)
    by_days = typical / 7 if typical is not None else None
    per_day = by_days if definition in ("devlake", "four_keys") else out / ((end - start) / _DAY)
    return {"deployment_days_per_week": typical, "deployment_frequency_per_day": per_day}
