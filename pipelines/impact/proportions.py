"""Shares of people: how sure one share is, and by how much two of them differ."""

import math
from dataclasses import dataclass

from pipelines.impact.distributions import beta_quantile, binomial_at_least, normal_p_value, tail, z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate, Side


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `n` independent people (or requests) had an event: what an interval of their share needs.

    People of one account are not independent; see `clusters`.
    """

    events: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.events <= self.n:
            raise ValueError(f"{self.events} of {self.n} is no share; count the people, not their events.")

    @property
    def rate(self) -> float:
        """The share itself, 0 to 1; of nobody there is none, so ask `n` first."""
        return self.events / self.n


def wilson(share: Share, confidence: float = CONFIDENCE, side: Side = "both") -> Estimate | None:
    """Return a share with Wilson's score interval (1927); None of nobody.

        (p + z^2/2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2/n)

    The default for a share: at 0 events it begins at 0 and still has an upper bound. Coverage is right on average over
    the shares, not for each of them; where a bound must hold, as before a rollback, take `clopper_pearson`.

    Args:
        side: `lower` or `upper` gives that bound alone, e.g. "more than 10 % adopted".
    """
    if not share.n:
        return None
    low, high = score_bounds(share, z_of(confidence, side))
    return _sided(share.rate, low, high, side, "Wilson", confidence)


def score_bounds(share: Share, z: float) -> tuple[float, float]:
    """Return the bounds of `wilson` for a number of standard errors; there must be somebody."""
    n, p = share.n, share.rate
    middle, reach = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * reach) / (1 + z * z / n) for sign in (-1, 1))
    # At 0 and at n events the formula gives 0 and 1 but for rounding.
    return 0.0 if share.events == 0 else low, 1.0 if share.events == n else high


def clopper_pearson(share: Share, confidence: float = CONFIDENCE, side: Side = "both") -> Estimate | None:
    """Return a share with the exact interval of Clopper and Pearson (1934); None of nobody.

        low = Beta(a; x, n - x + 1),   high = Beta(1 - a; x + 1, n - x)

    It holds the truth at least as often as it says for every share, and so is wide. For guardrails: a lower bound above
    the threshold is a confirmed breach. It is for one look: who looks every minute sees a breach by chance sooner or
    later, and takes `sequential` instead.
    """
    if not share.n:
        return None
    outside, x, n = tail(confidence, side), share.events, share.n
    low = beta_quantile(outside, x, n - x + 1) if x else 0.0
    high = beta_quantile(1 - outside, x + 1, n - x) if x < n else 1.0
    return _sided(share.rate, low, high, side, "Clopper-Pearson", confidence)


def breach_p_value(share: Share, threshold: float) -> float | None:
    """Return the chance of as many events or more if the rate were the threshold: exact, one-sided; None of nobody.

    It is below 1 - confidence when and only when the lower bound of `clopper_pearson` lies above the threshold.
    """
    return binomial_at_least(share.events, share.n, threshold) if share.n else None


def newcombe(treated: Share, comparison: Share, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return the difference of two shares with Newcombe's hybrid score interval (1998, method 10); None of nobody.

        low  = d - sqrt((p1 - l1)^2 + (u0 - p0)^2),   high = d + sqrt((u1 - p1)^2 + (p0 - l0)^2)

    with l and u of each arm's Wilson interval. It is defined with 0 events on a side, where no ratio is: the figure to
    print when `allows_ratio` says no. The p-value is of `score_p_value`, which can disagree with the interval at the
    border.
    """
    if not treated.n or not comparison.n:
        return None
    (l1, u1), (l0, u0) = (score_bounds(share, z_of(confidence)) for share in (treated, comparison))
    difference = treated.rate - comparison.rate
    low = difference - math.hypot(treated.rate - l1, u0 - comparison.rate)
    high = difference + math.hypot(u1 - treated.rate, comparison.rate - l0)
    return Estimate(
        difference, max(low, -1.0), min(high, 1.0), "Newcombe", score_p_value(treated, comparison), confidence
    )


def score_p_value(treated: Share, comparison: Share) -> float | None:
    """Return Pearson's chi-squared p-value (no continuity correction) that two shares are one; None of nobody.

    1 where nobody or everybody on both sides had the event: nothing differs. With fewer than about five expected
    events on a side it is rough.
    """
    n = treated.n + comparison.n
    if not treated.n or not comparison.n:
        return None
    pooled = (treated.events + comparison.events) / n
    variance = pooled * (1 - pooled) * (1 / treated.n + 1 / comparison.n)
    return normal_p_value((treated.rate - comparison.rate) / math.sqrt(variance)) if variance > 0 else 1.0


def _sided(value: float, low: float, high: float, side: Side, method: str, confidence: float) -> Estimate:
    return Estimate(
        value,
        None if side == "upper" else low,
        None if side == "lower" else high,
        method if side == "both" else f"{method}, one-sided",
        confidence=confidence,
    )
