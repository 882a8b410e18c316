"""Stories with AI tools against those without: how long their stages take, and how often something goes wrong.

Two groups stand side by side in each comparison. Neither was drawn by lot, so every reason says so; and no row is ever
about one developer: developers are the clusters of the interval and nothing else.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipelines.impact.estimator import Estimator, Frames
from pipelines.impact.groups import ALL, Group
from pipelines.impact.lead_time import Spans, censored_weights, log_ratio, mature, medians, step_and_slope
from pipelines.impact.rates import Counts, mantel_haenszel, rate
from pipelines.impact.resampling import Real, Truth, interval
from pipelines.impact.verdicts import TOO_FEW, Ratio, Sizes, of_rates, of_times

SPANS, OUTCOMES = "intermediate.int_ai_spans", "intermediate.int_ai_outcomes"
VERSION = 1
_TIME_METHOD = (
    "Kaplan-Meier medians; ratio of censored mean log times within type and size, Mantel-Haenszel weights; "
    "bootstrap over developers"
)
_RATE_METHOD = "Mantel-Haenszel ratio and difference within type and size; bootstrap over developers"
_LIMITS = {
    "before_after_enablement": "Not randomised; story mix and process also changed.",
    "signs_against_none": "Not randomised; who used the tools, and on what, was chosen, and not all of it left a sign.",
}
_SIDES = {"before_after_enablement": ("before", "after"), "signs_against_none": ("without a sign", "with one")}
_YEAR_US = 365.25 * 24 * 3600 * 1e6
Row = dict[str, Any]


def compare(frames: Frames) -> pl.DataFrame:
    """Return a row for each comparison, stage or rate, and stratum; `all` has what holds across the strata."""
    rows: list[Row] = []
    spans = frames[SPANS]
    for (comparison, stage), frame in spans.partition_by("comparison", "stage", as_dict=True).items():
        rows += _times(str(comparison), str(stage), frame)
    outcomes = frames[OUTCOMES]
    for (comparison, measure), frame in outcomes.partition_by("comparison", "measure", as_dict=True).items():
        rows += _rates(str(comparison), str(measure), frame)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("comparison", "position", "stage", "stratum")


def _times(comparison: str, stage: str, frame: pl.DataFrame) -> Iterator[Row]:
    left_out, frame = frame.filter(pl.col("left_out").is_not_null()), frame.filter(pl.col("left_out").is_null())
    if frame.is_empty():
        return
    group = Group.of(frame, f"{comparison} {stage}")
    begun = frame["begun_at"].dt.timestamp("us").to_numpy().astype(np.float64) / _YEAR_US
    ends = frame["known_until"].dt.timestamp("us").to_numpy().astype(np.float64) / _YEAR_US
    spans = Spans(
        frame["seconds"].to_numpy(), frame["is_ended"].to_numpy(), group.is_after, group.stratum,
        begun - begun.mean(), (ends - begun) * _YEAR_US / 1e6,
    )  # fmt: skip
    figures = _replicated(spans, group)
    shared = {
        "comparison": comparison, "measure": "time", "stage": stage, "position": frame["position"][0],
        "as_of": frame["known_until"].max(), "method": _TIME_METHOD, "definition_version": VERSION,
    }  # fmt: skip
    for name, here in group.parts:
        lost = left_out if name == ALL else left_out.filter(stratum=name)
        counts = {
            "n_cancelled": lost.filter(left_out="cancelled").height,
            "n_out_of_order": lost.filter(left_out="out of order").height,
        }
        yield shared | {"stratum": name} | counts | _time_row(comparison, spans, group, name, here, figures)


def _replicated(spans: Spans, group: Group) -> dict[str, Real]:
    """Return every figure of the sample and of its replicates, by its name and the part that it is of."""
    found: dict[str, list[Real]] = {}
    old = mature(spans)
    for weights in group.weights():
        told = {f"crude {ALL}": _crude(spans, weights)}
        censored = censored_weights(spans, weights)
        censored_old = censored_weights(spans.where(old), weights[:, old])
        for name, here in group.parts:
            told[f"ratio {name}"] = log_ratio(spans.where(here), censored[:, here])
            step, slope = step_and_slope(spans.where(old & here), censored_old[:, here[old]])
            told |= {f"step {name}": step, f"slope {name}": slope}
        for name, part in told.items():
            found.setdefault(name, []).append(part)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _crude(spans: Spans, weights: Real) -> Real:
    after, before = (
        medians(spans.seconds[side], spans.is_ended[side], weights[:, side])
        for side in (spans.is_after, ~spans.is_after)
    )
    logs: Real = np.log(after / before)
    return logs


def _time_row(
    comparison: str, spans: Spans, group: Group, name: str, here: Truth, figures: dict[str, Real]
) -> Row:  # fmt: skip
    sizes = group.sizes(here, spans.is_ended)
    clusters = group.clusters(here)
    ratio, crude, trend, slope = (
        _ratio(figures[f"{one} {name}"], clusters) if f"{one} {name}" in figures else None
        for one in ("ratio", "crude", "step", "slope")
    )
    verdict, reason = of_times(sizes, ratio, crude.value if crude else None, trend, slope)
    # What is told of too few would be read all the same.
    shown = (ratio, crude, trend, slope) if verdict != TOO_FEW else (None,) * 4
    return (
        _counted(sizes)
        | {
            "median_before_seconds": _median(spans, here & ~spans.is_after),
            "median_after_seconds": _median(spans, here & spans.is_after),
            "verdict": verdict,
            "reason": f"{reason} {_LIMITS[comparison]}",
        }
        | _told("ratio", "ci", shown[0])
        | _told("crude_ratio", "crude_ci", shown[1])
        | _told("trend_ratio", "trend_ci", shown[2])
        | {"yearly_ratio": _rounded(shown[3].value) if shown[3] else None}
    )


def _median(spans: Spans, chosen: Truth) -> float | None:
    one = medians(spans.seconds[chosen], spans.is_ended[chosen], np.ones((1, int(chosen.sum()))))[0]
    return None if np.isnan(one) else float(one)


def _rates(comparison: str, measure: str, frame: pl.DataFrame) -> Iterator[Row]:
    group = Group.of(frame, f"{comparison} {measure}")
    counts = Counts(
        frame["events"].to_numpy().astype(np.float64), frame["trials"].to_numpy().astype(np.float64), group.is_after,
        group.stratum,
    )  # fmt: skip
    everything = np.ones(len(group.cluster), dtype=np.bool_)
    parts = [mantel_haenszel(counts, weights) for weights in group.weights()]
    logs, differences = (np.concatenate(column) for column in zip(*parts, strict=True))
    sample = np.ones((1, len(group.cluster)))
    before, after = (float(rate(counts, side, sample)[0]) for side in (~group.is_after, group.is_after))
    sizes, clusters = group.sizes(everything, everything), group.clusters(everything)
    bounds = interval(differences, clusters)
    verdict, reason = of_rates(sizes, _SIDES[comparison], (before, after), float(differences[0]), bounds)
    is_told = verdict != TOO_FEW and bounds is not None
    yield (
        {
            "comparison": comparison, "measure": "rate", "stage": measure, "position": frame["position"][0],
            "stratum": ALL, "n_cancelled": 0, "n_out_of_order": 0,
            "as_of": frame["known_until"].max(), "method": _RATE_METHOD,
            "definition_version": VERSION, "verdict": verdict, "reason": f"{reason} {_LIMITS[comparison]}",
            "rate_before": _rounded(before), "rate_after": _rounded(after),
            "difference": _rounded(float(differences[0])) if is_told else None,
            "difference_low": _rounded(bounds[0]) if is_told and bounds else None,
            "difference_high": _rounded(bounds[1]) if is_told and bounds else None,
        }
        | _counted(sizes)
        | _told("ratio", "ci", _ratio(logs, clusters) if is_told else None)
    )  # fmt: skip


def _ratio(logs: Real, clusters: int) -> Ratio | None:
    bounds = interval(logs, clusters)
    return (
        None if bounds is None else Ratio(float(np.exp(logs[0])), (float(np.exp(bounds[0])), float(np.exp(bounds[1]))))
    )


def _counted(sizes: Sizes) -> Row:
    return {
        "n_before": sizes.before, "n_after": sizes.after, "n_open_before": sizes.open_before,
        "n_open_after": sizes.open_after, "n_developers_before": sizes.developers_before,
        "n_developers_after": sizes.developers_after,
    }  # fmt: skip


def _told(name: str, bounds: str, ratio: Ratio | None) -> Row:
    if ratio is None:
        return {name: None, f"{bounds}_low": None, f"{bounds}_high": None}
    low, high = ratio.bounds
    return {name: _rounded(ratio.value), f"{bounds}_low": _rounded(low), f"{bounds}_high": _rounded(high)}


def _rounded(value: float) -> float | None:
    """Nine places are what two machines agree on; what is no number is nothing."""
    return round(value, 9) if np.isfinite(value) else None


_FIGURES = (
    "median_before_seconds", "median_after_seconds", "rate_before", "rate_after", "ratio", "ci_low", "ci_high",
    "difference", "difference_low", "difference_high", "crude_ratio", "crude_ci_low", "crude_ci_high", "trend_ratio",
    "trend_ci_low", "trend_ci_high", "yearly_ratio",
)  # fmt: skip
SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("comparison", "measure", "stage"), pl.String), "position": pl.Int64, "stratum": pl.String,
    **dict.fromkeys(("n_before", "n_after", "n_open_before", "n_open_after", "n_cancelled", "n_out_of_order",
                     "n_developers_before",
                     "n_developers_after"), pl.Int64),
    **dict.fromkeys(_FIGURES, pl.Float64),
    **dict.fromkeys(("verdict", "reason", "method"), pl.String),
    "definition_version": pl.Int64, "as_of": pl.Datetime("us", "UTC"),
}  # fmt: skip
AI_COMPARISON = Estimator("ai_comparison", VERSION, (SPANS, OUTCOMES), compare)
