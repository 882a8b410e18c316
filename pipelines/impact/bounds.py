"""Bounds of rates, ratios and percentiles, in closed form: how bad it is for sure, and not how bad it looks.

All are one-sided at the confidence that is asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.impact.distributions import binomial_quantile
from pipelines.impact.proportions import Share, clopper_pearson, newcombe
from pipelines.impact.resampling import Real


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    events: int
    trials: int

    @property
    def rate(self) -> float | None:
        """The share; None of nothing."""
        return self.events / self.trials if self.trials else None


def rate_low(count: Count, confidence: float) -> float:
    """Return the exact lower bound of a rate (`clopper_pearson`); 0 where nothing happened, or nothing was tried."""
    told = clopper_pearson(share_of(count), confidence, "lower")
    return (told.low or 0.0) if told else 0.0


def rate_high(count: Count, confidence: float) -> float:
    """Return the exact upper bound of a rate (`clopper_pearson`); 1 where all happened, or nothing was tried."""
    told = clopper_pearson(share_of(count), confidence, "upper")
    return 1.0 if told is None or told.high is None else told.high


def rate_ratio_low(treated: Count, control: Count, confidence: float) -> float | None:
    """Return the exact lower bound of the ratio of two small rates, None where there is nothing to compare with.

    Przyborowski and Wilenski 1940: of two Poisson counts a and b with exposures n and m, a is binomial given a + b,
    with the share p = r n / (r n + m) for the ratio r. A bound of p gives that of r. Failures among requests are such
    counts while they are rare; where they are not, the bound is too wide and never too narrow.
    """
    if not control.trials or not treated.trials:
        return None
    both = Count(treated.events, treated.events + control.events)
    if not both.trials:
        return 0.0
    share = rate_low(both, confidence)
    return share / (1 - share) * control.trials / treated.trials


def difference_low(treated: Count, control: Count, confidence: float) -> float | None:
    """Return the lower bound of the difference of two rates (`newcombe`), None without a second one."""
    told = newcombe(share_of(treated), share_of(control), 2 * confidence - 1)
    return told.low if told else None


def share_of(count: Count) -> Share:
    """Return it as a share. Two counters are read a moment apart, but no more can fail than are tried."""
    return Share(min(count.events, count.trials), count.trials)


def rank_low(share: float, trials: int, confidence: float) -> int:
    """Return the rank, from 1, whose order statistic lies at or below the quantile with this confidence; 0 for none.

    David and Nagaraja 2003, 7.1: the largest k with P(Binomial(n, share) >= k) >= confidence.
    """
    if (1 - share) ** trials > 1 - confidence:
        return 0
    return math.floor(binomial_quantile(1 - confidence, trials, share)) + 1


def rank_high(share: float, trials: int, confidence: float) -> int | None:
    """Return the rank whose order statistic lies above the quantile with this confidence, None where none does."""
    rank = trials + 1 - rank_low(1 - share, trials, confidence)
    return rank if rank <= trials else None


def median_low(ordered: Sequence[float], confidence: float) -> float | None:
    """Return the lower bound of the median of what these were drawn from; None of too few, as four at 95 %."""
    rank = rank_low(0.5, len(ordered), confidence)
    return ordered[rank - 1] if rank else None


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many took at most so long, upwards: `uppers` ascending, the last one infinite or the longest that is told."""

    uppers: Real
    counts: Real

    @property
    def trials(self) -> int:
        """How many there are in all."""
        return round(float(self.counts[-1])) if len(self.counts) else 0

    def at(self, rank: float) -> float | None:
        """Return how long the one of this rank took, even within its bin; None where it lies in the last, open one."""
        place = next((number for number, count in enumerate(self.counts) if count >= rank), None)
        if place is None or math.isinf(self.uppers[place]):
            return None
        below, under = (self.uppers[place - 1], self.counts[place - 1]) if place else (0.0, 0.0)
        share = (rank - under) / (self.counts[place] - under) if self.counts[place] > under else 1.0
        return float(below + share * (self.uppers[place] - below))


def quantile_ratio(
    treated: Histogram, control: Histogram, share: float, confidence: float
) -> tuple[float, float | None] | None:
    """Return the ratio of two quantiles and its lower bound, None where a quantile lies in the open bin.

    Each quantile is bounded by its order statistics. On the log scale the ratio's bound lies below the point by the
    root of the squares of how far the one lies below its quantile and the other above (MOVER; Donner and Zou 2012).
    """
    point, against = treated.at(share * treated.trials), control.at(share * control.trials)
    if point is None or not against:
        return None
    low = treated.at(rank_low(share, treated.trials, confidence))
    rank = rank_high(share, control.trials, confidence)
    high = control.at(rank) if rank is not None else None
    if not low or high is None:
        return point / against, None
    apart = math.hypot(math.log(point / low), math.log(high / against))
    return point / against, point / against / math.exp(apart)
