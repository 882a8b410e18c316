"""Means of two groups, from sums that SQL made: differences, relative lifts, ratios of sums.

A `Moment` is what all of them need: how many units, their mean, and the variance of one unit. Shares, means, ratios of
sums (delta method) and means adjusted by a covariate (`cuped`) are all brought to it, and compared the same way.

The unit must be what was drawn: if the flag hashes on the account, sums are by account.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.impact.distributions import t_p_value, t_quantile, tail
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.proportions import Share

# A base nearer to 0 than this many of its standard errors carries no relative figure: dividing by it explodes.
LEAST_STANDARD_ERRORS = 3.0
# What is left of a variance by rounding, relative to the squares that it is the difference of.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Moment:
    """The mean of `n` independent units and the variance of one of them (not of the mean)."""

    n: int
    mean: float
    variance: float

    @property
    def squared_error(self) -> float:
        """The variance of the mean."""
        return self.variance / self.n


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over units: how many, of the values, of their squares.

    Where the values are winsorised they are so before they are summed, at a cap that is stored beside the figure and
    that both groups share: `least(value, cap)` in SQL, `Sums.of` here.
    """

    n: int
    y: float
    yy: float

    def __post_init__(self) -> None:
        _check(self.n, self.y, self.yy)

    @classmethod
    def of(cls, values: Iterable[float], cap: float = math.inf) -> "Sums":
        """Sum up values, those above the cap as the cap."""
        capped = [min(value, cap) for value in values]
        return cls(len(capped), math.fsum(capped), math.fsum(value * value for value in capped))


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over units of two values each, of their squares and of their products.

    Of a ratio `y` is above the line and `x` below; for `cuped` `y` is the outcome and `x` what was known before.
    """

    n: int
    y: float
    yy: float
    x: float
    xx: float
    xy: float

    def __post_init__(self) -> None:
        _check(self.n, self.y, self.yy, self.x, self.xx, self.xy)

    def __add__(self, other: "PairSums") -> "PairSums":
        return PairSums(
            self.n + other.n, self.y + other.y, self.yy + other.yy, self.x + other.x, self.xx + other.xx,
            self.xy + other.xy,
        )  # fmt: skip

    @property
    def covariance(self) -> float:
        """Of the two values of one unit, with n - 1 below the line; there must be two units."""
        return (self.xy - self.x * self.y / self.n) / (self.n - 1)


def _check(n: int, *sums: float) -> None:
    if n < 0 or not all(map(math.isfinite, sums)):
        raise ValueError(f"{sums} of {n} units are no sums; leave out units without a value.")


def of_share(share: Share) -> Moment | None:
    """Return a share as a moment, with variance p (1 - p); None of nobody."""
    return Moment(share.n, share.rate, share.rate * (1 - share.rate)) if share.n else None


def of_sums(sums: Sums) -> Moment | None:
    """Return the mean and the unbiased variance, (yy - y^2 / n) / (n - 1); None of fewer than two units."""
    if sums.n < 2:
        return None
    squares = sums.yy - sums.y * sums.y / sums.n
    return Moment(sums.n, sums.y / sums.n, 0.0 if squares <= _ROUNDING * sums.yy else squares / (sums.n - 1))


def of_ratio(sums: PairSums) -> Moment | None:
    """Return the ratio of two sums with the variance that the delta method gives a unit.

        R = y / x,   variance = (s_yy - 2 R s_xy + R^2 s_xx) / (mean of x)^2

    (Deng, Knoblich and Lu 2018.) For what is counted below the unit that was drawn: revenue per user where accounts
    were drawn, clicks per session where users were. None of fewer than two units, where `x` sums to 0 or less, and
    where its mean is not 3 standard errors from 0: the method is one for large samples.
    """
    above, below = of_sums(Sums(sums.n, sums.y, sums.yy)), of_sums(Sums(sums.n, sums.x, sums.xx))
    if above is None or below is None or not _is_a_base(below):
        return None
    ratio = sums.y / sums.x
    variance = above.variance - 2 * ratio * sums.covariance + ratio * ratio * below.variance
    # Where y is a multiple of x nothing varies; rounding must not make that negative.
    return Moment(sums.n, ratio, max(variance, 0.0) / below.mean**2)


def mean(moment: Moment, confidence: float = CONFIDENCE) -> Estimate:
    """Return one mean with Student's t interval; without bounds of one unit, or where nothing varies."""
    return _student(moment.mean, moment.squared_error, moment.n - 1, "Student t", confidence)


def welch(treated: Moment, comparison: Moment, confidence: float = CONFIDENCE) -> Estimate:
    """Return the difference of two means by Welch's t (1947), variances unequal.

        se^2 = s1^2 / n1 + s0^2 / n0,   df = se^4 / (s1^4 / (n1^2 (n1 - 1)) + s0^4 / (n0^2 (n0 - 1)))

    For one look that was planned; what is watched night by night takes `sequential.watched_difference`. Very skewed
    values (revenue) want thousands of units a side or a cap, and shares ten events a side, else `newcombe`. Without
    bounds of one unit, or where nothing varies.
    """
    return _student(
        treated.mean - comparison.mean, treated.squared_error + comparison.squared_error, _freedom(treated, comparison),
        "Welch t", confidence,
    )  # fmt: skip


def relative_lift(treated: Moment, comparison: Moment, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return (m1 - m0) / m0 by the delta method, with Welch's degrees of freedom.

        se^2 = s1^2 / (n1 m0^2) + m1^2 s0^2 / (n0 m0^4)

    Its test is not that of the difference: the same data can give p 0.027 of one and 0.035 of the other, so which scale
    is read is settled before. Where ten events are expected of the base it holds the truth 89 times of a hundred, of
    twenty 95: for shares that small take `koopman`, whose ratio less 1 is the lift. None where the base is not 3
    standard errors above 0, as a share of eight events is not.
    """
    if not _is_a_base(comparison):
        return None
    base = comparison.mean
    error = treated.squared_error / base**2 + treated.mean**2 * comparison.squared_error / base**4
    freedom = _freedom(treated, comparison)
    return _student((treated.mean - base) / base, error, freedom, "relative lift, delta method", confidence)


def _is_a_base(moment: Moment) -> bool:
    return moment.mean > 0 and moment.mean > LEAST_STANDARD_ERRORS * math.sqrt(moment.squared_error)


def _freedom(treated: Moment, comparison: Moment) -> float:
    if min(treated.n, comparison.n) < 2:
        return 0.0
    one, other = treated.squared_error, comparison.squared_error
    below = one**2 / (treated.n - 1) + other**2 / (comparison.n - 1)
    return (one + other) ** 2 / below if below else 0.0


def _student(value: float, squared_error: float, freedom: float, method: str, confidence: float) -> Estimate:
    if freedom <= 0 or squared_error <= 0:
        return Estimate(value, None, None, method, confidence=confidence)
    error = math.sqrt(squared_error)
    reach = -t_quantile(tail(confidence), freedom) * error
    return Estimate(value, value - reach, value + reach, method, t_p_value(value / error, freedom), confidence)
