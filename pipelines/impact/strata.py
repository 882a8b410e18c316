"""Two groups within strata: steps of a rollout, or people by how active they were before.

At 10 % most people of a step are in the comparison, at 50 % half are; and the weeks of the steps differ. Poured
together that mix looks like an effect (Simpson). So groups are compared within each stratum, and the strata weighed by
how many people they hold, on whichever side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.impact.distributions import normal_p_value, z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.means import Moment
from pipelines.impact.proportions import Share
from pipelines.impact.rates import Counts, mantel_haenszel


@dataclass(frozen=True, slots=True)
class Stratum:
    """Both groups of one stratum; None, or of fewer than two units, is a group that is not there.

    Attributes:
        weight: the stratum's share of those whom the figure is to be about, fixed without looking at outcomes, of any
            sum; None weighs it by its people on both sides.
    """

    treated: Moment | None
    comparison: Moment | None
    weight: float | None = None

    @property
    def n(self) -> int:
        """People on both sides."""
        return sum(side.n for side in (self.treated, self.comparison) if side)


@dataclass(frozen=True, slots=True)
class Stratified:
    """A figure across strata, and how many people it is and is not about: a stratum with one side says nothing."""

    estimate: Estimate
    n: int
    n_left_out: int


def post_stratified_difference(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> Stratified | None:
    """Return the weighted mean of the strata's differences, normal interval; None where no stratum has two sides.

        sum of w_s (m1_s - m0_s),   se^2 = sum of w_s^2 (s1_s^2 / n1_s + s0_s^2 / n0_s),   sum of w_s = 1

    The moments may be shares, means, ratios or adjusted by `cuped`. It wants some tens of units a side in each stratum,
    and of shares some events: a stratum of three has a variance that is a guess. Rare events take
    `mantel_haenszel_ratio`. None as well where nothing varies.
    """
    weighted = _weighted(strata)
    if weighted is None:
        return None
    (above, above_error), (below, below_error), n = weighted
    error = math.sqrt(above_error + below_error)
    if not error:
        return None
    value, reach = above - below, z_of(confidence) * error
    told = Estimate(
        value, value - reach, value + reach, "post-stratified difference", normal_p_value(value / error), confidence
    )
    return Stratified(told, n, sum(stratum.n for stratum in strata) - n)


def post_stratified_ratio(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> Stratified | None:
    """Return the ratio of the two groups' weighted means, interval by the delta method on the log scale.

        M1 / M0 with M = sum of w_s m_s;   se^2 of its log = V1 / M1^2 + V0 / M0^2,   V = sum of w_s^2 s_s^2 / n_s

    This is a standardised ratio: both groups as if they were mixed like all. None where no stratum has two sides, where
    either mean is not above 0, or nothing varies.
    """
    weighted = _weighted(strata)
    if weighted is None:
        return None
    (above, above_error), (below, below_error), n = weighted
    if above <= 0 or below <= 0 or not above_error + below_error:
        return None
    told = _of_log(
        math.log(above / below), above_error / above**2 + below_error / below**2, "post-stratified ratio", confidence
    )
    return Stratified(told, n, sum(stratum.n for stratum in strata) - n)


def mantel_haenszel_ratio(
    strata: Sequence[tuple[Share, Share]], confidence: float = CONFIDENCE
) -> Stratified | None:  # fmt: skip
    """Return Mantel and Haenszel's ratio of shares, treated over comparison, across strata.

        R = sum of x1 n0 / N  /  sum of x0 n1 / N
        se^2 of log R = sum of (n1 n0 (x1 + x0) - x1 x0 N) / N^2  /  (sum of x1 n0 / N  x  sum of x0 n1 / N)

    with the variance of Greenland and Robins (1985), which holds for few large strata as for many small ones. It takes
    the ratio for one in all strata: where it is not, it is a mean of them that weighs what is precise. None where one
    group has no event at all, or no stratum has two sides.
    """
    used = [(treated, comparison) for treated, comparison in strata if treated.n and comparison.n]
    if not used:
        return None
    shares = [share for pair in used for share in pair]
    counts = Counts(
        np.array([float(share.events) for share in shares]), np.array([float(share.n) for share in shares]),
        np.tile([True, False], len(used)), np.repeat(np.arange(len(used)), 2),
    )  # fmt: skip
    log = float(mantel_haenszel(counts, np.ones((1, len(shares))))[0][0])
    if math.isnan(log):
        return None
    spread, below = 0.0, 0.0
    for treated, comparison in used:
        n, events = treated.n + comparison.n, treated.events + comparison.events
        spread += (treated.n * comparison.n * events - treated.events * comparison.events * n) / n**2
        below += comparison.events * treated.n / n
    told = _of_log(log, spread / (math.exp(log) * below**2), "Mantel-Haenszel ratio", confidence)
    n, everybody = (sum(one.n + other.n for one, other in pairs) for pairs in (used, strata))
    return Stratified(told, n, everybody - n)


def _weighted(
    strata: Sequence[Stratum],
) -> tuple[tuple[float, float], tuple[float, float], int] | None:
    """Return both groups' weighted mean and its variance, and how many people are in them."""
    used = [
        ((stratum.treated, stratum.comparison), stratum.n if stratum.weight is None else stratum.weight)
        for stratum in strata
        if stratum.treated and stratum.comparison and min(stratum.treated.n, stratum.comparison.n) > 1
    ]
    whole = math.fsum(weight for _, weight in used)
    if not whole:
        return None

    def side(place: int) -> tuple[float, float]:
        parts = [(pair[place], weight / whole) for pair, weight in used]
        mean = math.fsum(share * moment.mean for moment, share in parts)
        return mean, math.fsum(share**2 * moment.squared_error for moment, share in parts)

    return side(0), side(1), sum(one.n + other.n for (one, other), _ in used)


def _of_log(log: float, squared_error: float, method: str, confidence: float) -> Estimate:
    if squared_error <= 0:
        return Estimate(math.exp(log), None, None, method, confidence=confidence)
    error = math.sqrt(squared_error)
    reach = z_of(confidence) * error
    return Estimate(
        math.exp(log), math.exp(log - reach), math.exp(log + reach), method, normal_p_value(log / error), confidence
    )
