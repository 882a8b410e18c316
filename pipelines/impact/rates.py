"""How often something goes wrong in two groups, within strata: the ratio and the difference of two rates."""

from dataclasses import dataclass

import numpy as np

from pipelines.impact.resampling import Real, Truth, Whole


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to stories, a row each.

    Attributes:
        events: how often it went wrong, `trials` of how many times.
        is_after, stratum: as of `Spans`.
    """

    events: Real
    trials: Real
    is_after: Truth
    stratum: Whole


def rate(counts: Counts, chosen: Truth, weights: Real) -> Real:
    """Return events over trials among the chosen rows, for each replicate; NaN where nothing was tried."""
    events, trials = weights[:, chosen] @ counts.events[chosen], weights[:, chosen] @ counts.trials[chosen]
    return np.divide(events, trials, out=np.full_like(events, np.nan), where=trials > 0)


def mantel_haenszel(counts: Counts, weights: Real) -> tuple[Real, Real]:
    """Return, for each replicate, the log of the ratio and the difference of the rates, after against before.

        ratio      = sum of a n0 / N  /  sum of b n1 / N                 (Mantel and Haenszel 1959, for rates)
        difference = sum of (a n0 - b n1) / N  /  sum of n0 n1 / N       (Greenland and Robins 1985)

    with a of n1 after, b of n0 before, N = n0 + n1 in each stratum. The log is NaN where a side has no event at all:
    then the difference alone can be told.
    """
    above, below, apart, weighed = (np.zeros(len(weights)) for _ in range(4))
    for stratum in np.unique(counts.stratum):
        after = (counts.stratum == stratum) & counts.is_after
        before = (counts.stratum == stratum) & ~counts.is_after
        a, n1 = weights[:, after] @ counts.events[after], weights[:, after] @ counts.trials[after]
        b, n0 = weights[:, before] @ counts.events[before], weights[:, before] @ counts.trials[before]
        total = np.where(n0 + n1 > 0, n0 + n1, 1.0)
        above, below = above + a * n0 / total, below + b * n1 / total
        apart, weighed = apart + (a * n0 - b * n1) / total, weighed + n0 * n1 / total
    known = (above > 0) & (below > 0)
    ratio = np.divide(above, below, out=np.ones_like(above), where=known)
    logs = np.where(known, np.log(np.where(known, ratio, 1.0)), np.nan)
    return logs, np.divide(apart, weighed, out=np.full_like(apart, np.nan), where=weighed > 0)
