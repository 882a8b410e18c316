"""CUPED: what was known of people before they saw anything takes noise out of what they did after.

Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
pre-experiment data".
"""

from dataclasses import dataclass

from pipelines.impact.means import Moment, PairSums, Sums, of_sums


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Two groups after the adjustment, to be compared as any others (`welch`, `relative_lift`).

    Attributes:
        theta: by how much the outcome grows with the covariate, over both groups; 0 where the covariate never varies.
        variance_ratio: the squared error of the difference over the one without adjustment; 0.25 halves an interval.
            1 where nothing varies.
    """

    treated: Moment
    comparison: Moment
    theta: float
    variance_ratio: float


def cuped(treated: PairSums, comparison: PairSums) -> Adjusted | None:
    """Return both groups' outcomes `y` adjusted by their covariate `x`; None of fewer than two units on a side.

        y' = y - theta (x - mean of x over both),   theta = cov(x, y) / var(x) over both together

    The covariate must be of the time before a person's first exposure, over a window of one length for all: one that
    the feature could touch takes the effect out with the noise. Where groups were not drawn by lot it removes no bias
    that a straight line does not. After a rollback, or past a step of 50 %, people's past was treated already: then it
    must not be used.
    """
    bare = [of_sums(Sums(sums.n, sums.y, sums.yy)) for sums in (treated, comparison)]
    if bare[0] is None or bare[1] is None:
        return None
    both = treated + comparison
    before = of_sums(Sums(both.n, both.x, both.xx))
    assert before is not None
    theta = both.covariance / before.variance if before.variance > 0 else 0.0
    centre = both.x / both.n
    one, other = (_adjusted(sums, theta, centre) for sums in (treated, comparison))
    without = bare[0].squared_error + bare[1].squared_error
    left = (one.squared_error + other.squared_error) / without if without > 0 else 1.0
    return Adjusted(one, other, theta, left)


def _adjusted(sums: PairSums, theta: float, centre: float) -> Moment:
    outcome, before = of_sums(Sums(sums.n, sums.y, sums.yy)), of_sums(Sums(sums.n, sums.x, sums.xx))
    assert outcome is not None
    assert before is not None
    variance = outcome.variance - 2 * theta * sums.covariance + theta**2 * before.variance
    return Moment(sums.n, outcome.mean - theta * (before.mean - centre), max(variance, 0.0))
