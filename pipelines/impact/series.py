"""Before and after: difference-in-differences of rates, and a series of counts that a launch interrupts.

Neither draws anybody by lot, so both are of evidence grade B at best, and only with a control and a look at the trend
before. The window before must not be chosen for its many events: features are built after complaints, and complaints go
down again by themselves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.impact.distributions import normal_p_value, t_p_value, t_quantile, tail, z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.poisson import Fit, fit
from pipelines.impact.ratios import Rate
from pipelines.impact.resampling import Real

# Fewer points, and a trend before or after cannot be told from noise: then before against after alone, so labelled.
LEAST_BEFORE, LEAST_AFTER = 8, 4


@dataclass(frozen=True, slots=True)
class Change:
    """A rate before and after, over whole weeks of equal number, the days of the ramp left out."""

    before: Rate
    after: Rate


@dataclass(frozen=True, slots=True)
class Point:
    """A week of a series.

    Attributes:
        at: in weeks from any day; weeks of the ramp are left out, and leave a gap.
        exposure: active user-days; or, as a control, the events of other topics that week (Bottomley and others 2019).
    """

    at: float
    events: int
    exposure: float
    is_after: bool = False


@dataclass(frozen=True, slots=True)
class Segmented:
    """What the interrupted series says, as ratios to what the trend before would have given.

    Attributes:
        level: in the first week after.
        slope: by which each further week's ratio is multiplied.
        average: at the middle of the weeks after: the figure to tell.
        trend_before: by which each week before was multiplied.
        dispersion: 1 of Poisson counts.
    """

    level: Estimate
    slope: Estimate
    average: Estimate
    trend_before: Estimate
    dispersion: float


@dataclass(frozen=True, slots=True)
class PreTrend:
    """By how much a topic's trend before the launch differs from the others', as a ratio a week, and the dispersion."""

    estimate: Estimate
    dispersion: float


def ratio_of_rate_ratios(
    treated: Change, others: Change, dispersion: float = 1.0, confidence: float = CONFIDENCE
) -> Estimate | None:
    """Return the change of a rate over the change of a control's: difference-in-differences on the log scale.

        (y11 / t11) / (y10 / t10)  /  ((y01 / t01) / (y00 / t00)),   se^2 of its log = dispersion x sum of 1 / y

    Equal to the interaction of a Poisson regression with an offset. It takes both rates to have gone the same way but
    for the launch: see `pre_trend`. None where one of the four has no event or no exposure.

    Args:
        dispersion: of `pre_trend`: tickets come in bursts, and as Poisson counts they seem surer than they are. Below 1
            counts as 1.
    """
    four = (treated.after, treated.before, others.after, others.before)
    if any(not rate.events or not rate.exposure for rate in four):
        return None
    logs = [math.log(rate.events / rate.exposure) for rate in four]
    log = logs[0] - logs[1] - logs[2] + logs[3]
    error = math.sqrt(max(dispersion, 1.0) * sum(1 / rate.events for rate in four))
    reach = z_of(confidence) * error
    return Estimate(
        math.exp(log), math.exp(log - reach), math.exp(log + reach), "difference-in-differences of log rates",
        normal_p_value(log / error), confidence,
    )  # fmt: skip


def pre_trend(treated: Sequence[Point], others: Sequence[Point], confidence: float = CONFIDENCE) -> PreTrend | None:
    """Return whether two series ran alike before: the ratio of their weekly trends, by quasi-Poisson regression.

        log E(events) = log exposure + a + b group + c week + d group x week;   exp(d)

    with the variance times the dispersion, where that is above 1, and Student's t. An interval that leaves out 1
    forbids difference-in-differences; one that holds it does not prove that the trends are one. Where bad weeks come in
    twos it forbids 13 of a hundred sound ones instead of 5. None of fewer than 8 weeks on a side, where a series has no
    event, and where a week has no exposure.
    """
    if min(len(treated), len(others)) < LEAST_BEFORE or any(
        not sum(p.events for p in one) for one in (treated, others)
    ):
        return None
    at, events, exposure = _columns([*treated, *others])
    group = np.repeat([1.0, 0.0], [len(treated), len(others)])
    week = at - at.mean()
    found = fit(np.column_stack([np.ones_like(at), group, week, group * week]), events, exposure)
    if found is None:
        return None
    told = _ratio(found, [found.quasi], np.array([0.0, 0, 0, 1]), "quasi-Poisson", confidence)
    return PreTrend(told, found.dispersion)


def segmented(points: Sequence[Point], lags: int | None = None, confidence: float = CONFIDENCE) -> Segmented | None:
    """Return level and slope after a launch, by segmented Poisson regression.

        log E(events) = log exposure + a + b (t - t1) + c after + d after (t - t1)

    with t1 the first week after; Student's t with n - 4 degrees of freedom. A figure's variance is the larger of the
    quasi-Poisson one and Newey and West's: the latter alone, on twenty weeks of independent counts, holds the truth 79
    times of a hundred (Turner and others 2020 found the like), the larger 96 times. Where bad weeks come in twos and
    double the spread it is 88 to 94, so such intervals are a little too narrow there. It says nothing of a trend that
    bends, nor of what else came that week. None of fewer than 8 weeks before or 4 after, without events on a side, or
    where a week has no exposure.

    Args:
        lags: of the covariance, in weeks; None for floor(4 (n / 100)^(2/9)).
    """
    ordered = sorted(points, key=lambda point: (point.is_after, point.at))
    before, after = ([point for point in ordered if point.is_after == side] for side in (False, True))
    if len(before) < LEAST_BEFORE or len(after) < LEAST_AFTER:
        return None
    if before[-1].at >= after[0].at:
        raise ValueError(f"Week {before[-1].at} is before the launch and {after[0].at} after it; check `is_after`.")
    at, events, exposure = _columns(ordered)
    is_after, since = np.array([float(point.is_after) for point in ordered]), at - after[0].at
    used = math.floor(4 * (len(ordered) / 100) ** (2 / 9)) if lags is None else lags
    found = fit(np.column_stack([np.ones_like(at), since, is_after, is_after * since]), events, exposure, used)
    if found is None:
        return None
    middle = float(since[is_after > 0].mean())
    level, slope, average, trend = (
        _ratio(found, [found.quasi, found.robust], np.array(which), "segmented Poisson, Newey-West", confidence)
        for which in ((0.0, 0, 1, 0), (0.0, 0, 0, 1), (0.0, 0, 1, middle), (0.0, 1, 0, 0))
    )
    return Segmented(level, slope, average, trend, found.dispersion)


def _columns(points: Sequence[Point]) -> tuple[Real, Real, Real]:
    at, events, exposure = (
        np.array([float(getattr(point, name)) for point in points]) for name in ("at", "events", "exposure")
    )
    return at, events, exposure


def _ratio(found: Fit, covariances: Sequence[Real], which: Real, method: str, confidence: float) -> Estimate:
    """Return the exponential of a sum of coefficients, as sure as the least sure of the covariances says."""
    log = float(which @ found.coefficients)
    error = math.sqrt(max(float(which @ covariance @ which) for covariance in covariances))
    reach = -t_quantile(tail(confidence), found.freedom) * error
    return Estimate(
        math.exp(log), math.exp(log - reach), math.exp(log + reach), method, t_p_value(log / error, found.freedom),
        confidence,
    )  # fmt: skip
