"""The guardrails of every step of every rollout: what their counts say should be done about it.

Both arms are seen by one monitoring at one time, so trouble of the whole service stands in both. Percentiles are never
averaged: histograms are added up, and of percentiles alone only two of one bucket are divided.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from pipelines.impact.bounds import Count, Histogram, quantile_ratio
from pipelines.impact.estimator import Estimator, Frames
from pipelines.impact.guardrail_verdicts import (
    Judgement,
    Latencies,
    Limits,
    of_business,
    of_errors,
    of_incidents,
    of_latencies,
    of_usage,
    paired,
)

STEPS, COUNTS = "intermediate.int_guardrail_steps", "intermediate.int_guardrail_counts"
LATENCIES, HISTOGRAMS = "intermediate.int_guardrail_latencies", "intermediate.int_guardrail_histograms"
INCIDENTS, USAGE = "intermediate.int_guardrail_incidents", "intermediate.int_guardrail_usage"
LIMITS = "staging.stg_settings__guardrail_limits"
VERSION = 2
_P95 = 0.95
_KEY = ("flag_key", "environment", "epoch", "step")
_SIGNS = {"critical_functionality": "is_critical", "security": "is_security"}
_NOBODY_COUNTED = "Nobody counted the business metrics of those who met the feature and of those who did not."
Row = dict[str, Any]
Key = tuple[Any, ...]


def judge(frames: Frames) -> pl.DataFrame:
    """Return a row for each step and guardrail, with its verdict and why."""
    limits = Limits.of(dict(frames[LIMITS].select("limit_name", "limit_value").iter_rows()))
    told = {name: _by_step(frames[name]) for name in (COUNTS, LATENCIES, HISTOGRAMS, INCIDENTS, USAGE)}
    rows = []
    for step in frames[STEPS].iter_rows(named=True):
        own = {name: found.get(_key(step), []) for name, found in told.items()}
        rows += [_row(step, guardrail, judgement, own) for guardrail, judgement in _judged(step, own, limits)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(*_KEY, "guardrail")


def _judged(step: Row, told: Mapping[str, list[Row]], limits: Limits) -> Iterator[tuple[str, Judgement]]:
    counts = told[COUNTS][0] if told[COUNTS] else None
    yield (
        "error_rate",
        of_errors(
            _count(counts, "errors", "requests"),
            _count(counts, "concurrent_errors", "concurrent_requests"),
            _count(counts, "control_errors", "control_requests"),
            limits,
        ),
    )
    yield "latency_p95", of_latencies(_latencies(told, limits), limits)
    for guardrail, what in (("critical_functionality", "critical incident"), ("security", "finding of security")):
        sign = _SIGNS[guardrail]
        found = sorted(str(one["incident_id"]) for one in told[INCIDENTS] if one[sign])
        yield guardrail, of_incidents(what, found, step["incidents"], has_incidents=step["has_incidents"])
    used = [_count(one, "successes", "people") for one in told[USAGE] if one["guardrail"] == "feature_usage"]
    yield "feature_usage", of_usage(used[0] if used else None, limits)
    yield "business_metric", _business([one for one in told[USAGE] if one["guardrail"] == "business_metric"], limits)


def _latencies(told: Mapping[str, list[Row]], limits: Limits) -> Latencies | None:
    """Return what is known of latencies: by histograms where there are some, else by the percentiles of buckets."""
    if bins := told[HISTOGRAMS]:
        uppers = np.array([one["upper_seconds"] for one in bins])
        with_it, without = (
            Histogram(uppers, np.array([one[name] for one in bins])) for name in ("requests", "control_requests")
        )
        found = quantile_ratio(with_it, without, _P95, limits.confidence)
        ratio, low = found or (None, None)
        value, against = (one.at(_P95 * one.trials) for one in (with_it, without))
        return Latencies(value, against, with_it.trials, without.trials, ratio, low, "of histograms")
    if not told[LATENCIES]:
        return None
    row = told[LATENCIES][0]
    counts = (row["requests"], row["control_requests"])
    return paired(
        row["latency_p95_seconds"], row["control_latency_p95_seconds"], counts, row["ratios"], limits.confidence
    )


def _business(rows: list[Row], limits: Limits) -> Judgement:
    """Judge every metric and tell the worst: one that is lost is not made good by another."""
    judged = [
        of_business(
            str(one["metric"]), _count(one, "successes", "people"), _count(one, "control_successes", "control_people"),
            limits,
        )
        for one in rows
    ]  # fmt: skip
    if not judged:
        return Judgement("too_early", _NOBODY_COUNTED, 1 - limits.business_margin)
    return min(judged, key=lambda one: ("pause", "too_early", "ok").index(one.verdict))


def _count(row: Row | None, events: str, trials: str) -> Count:
    return Count(row[events], row[trials]) if row else Count(0, 0)


def _key(row: Row) -> Key:
    return tuple(row[name] for name in _KEY)


def _by_step(frame: pl.DataFrame) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(_key(row), []).append(row)
    return found


def _row(step: Row, guardrail: str, one: Judgement, told: Mapping[str, list[Row]]) -> Row:
    begins, ends = _window(guardrail, told)
    return {
        **{name: step[name] for name in _KEY},
        "guardrail": guardrail,
        "treated_value": _rounded(one.value),
        "control_value": _rounded(one.control),
        "threshold": one.threshold,
        "n_treated": one.n,
        "n_control": one.n_control,
        "treated_low": _rounded(one.low),
        "ratio": _rounded(one.ratio),
        "ratio_low": _rounded(one.ratio_low),
        "verdict": one.verdict,
        "reason": one.reason,
        "window_started_at": begins,
        "window_ended_at": ends,
        "definition_version": VERSION,
    }


def _window(guardrail: str, told: Mapping[str, list[Row]]) -> tuple[datetime | None, datetime | None]:
    """Return the time that was judged: the buckets that count, or the incidents that blame the flag."""
    if guardrail in ("error_rate", "latency_p95") and told[COUNTS]:
        return told[COUNTS][0]["window_started_at"], told[COUNTS][0]["window_ended_at"]
    sign = _SIGNS.get(guardrail)
    moments = [one["opened_at"] for one in told[INCIDENTS] if sign and one[sign]]
    return min(moments, default=None), max(moments, default=None)


def _rounded(value: float | None) -> float | None:
    """Nine places are what two machines agree on."""
    return None if value is None else round(value, 9)


SCHEMA: dict[str, Any] = {
    "flag_key": pl.String, "environment": pl.String, "epoch": pl.Int64, "step": pl.Int64, "guardrail": pl.String,
    "treated_value": pl.Float64, "control_value": pl.Float64, "threshold": pl.Float64, "n_treated": pl.Int64,
    "n_control": pl.Int64, "treated_low": pl.Float64, "ratio": pl.Float64, "ratio_low": pl.Float64,
    "verdict": pl.String, "reason": pl.String, "window_started_at": pl.Datetime("us", "UTC"),
    "window_ended_at": pl.Datetime("us", "UTC"), "definition_version": pl.Int64,
}  # fmt: skip
ROLLOUT_HEALTH = Estimator(
    "rollout_health", VERSION, (STEPS, COUNTS, LATENCIES, HISTOGRAMS, INCIDENTS, USAGE, LIMITS), judge
)
