"""How slow the slow ones are: quantiles of latencies, and the ratio of two groups' p95.

Quantiles of parts cannot be averaged into one of the whole; counts by value (or by a histogram's bucket) can be added.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from pipelines.impact.distributions import binomial_at_least, tail
from pipelines.impact.estimate import CONFIDENCE, Estimate, Side


@dataclass(frozen=True, slots=True)
class Histogram:
    """Distinct values in ascending order and how often each was seen; of a bucket the value is its upper edge."""

    values: tuple[float, ...]
    counts: tuple[int, ...]
    _until: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        in_order = all(one < other for one, other in pairwise(self.values)) and all(map(math.isfinite, self.values))
        if len(self.values) != len(self.counts) or min(self.counts, default=0) < 0 or not in_order:
            raise ValueError(f"{len(self.values)} values and {len(self.counts)} counts are no histogram; sort them.")
        object.__setattr__(self, "_until", tuple(accumulate(self.counts)))

    @classmethod
    def of(cls, values: Iterable[float]) -> "Histogram":
        """Count single values."""
        counts = sorted(Counter(values).items())
        return cls(tuple(value for value, _ in counts), tuple(count for _, count in counts))

    @property
    def n(self) -> int:
        """How many there are in all."""
        return self._until[-1] if self._until else 0

    def at(self, rank: int) -> float:
        """Return the value of a rank, 1 the smallest."""
        return self.values[bisect_left(self._until, rank)]

    def quantile(self, share: float) -> float:
        """Return the quantile, between two ranks by a straight line: `quantile_cont` of DuckDB, type 7."""
        place = (self.n - 1) * share
        low = math.floor(place)
        one, other = self.at(low + 1), self.at(min(low + 2, self.n))
        return one + (place - low) * (other - one)


def quantile(
    histogram: Histogram, share: float, confidence: float = CONFIDENCE, side: Side = "both"
) -> Estimate | None:  # fmt: skip
    """Return a quantile with the interval between two order statistics; None of nothing.

        low  = the greatest rank r with P(B < r) <= a,   high = the smallest s with P(B >= s) <= a,   B ~ Bin(n, share)

    It asks nothing of the distribution, and is a little wider than it says, since ranks are whole. p95 has an upper
    bound from 72 values on. Requests of one minute are slow together: then the truth is left out more often.
    """
    n = histogram.n
    if not n:
        return None
    outside = tail(confidence, side)
    low = _last(n, lambda rank: 1 - binomial_at_least(rank, n, share) <= outside)
    high = _last(n, lambda rank: binomial_at_least(rank, n, share) > outside) + 1
    return Estimate(
        histogram.quantile(share),
        histogram.at(low) if low and side != "upper" else None,
        histogram.at(high) if high <= n and side != "lower" else None,
        "order statistics",
        confidence=confidence,
    )


def quantile_ratio(
    treated: Histogram, comparison: Histogram, share: float = 0.95, confidence: float = CONFIDENCE, side: Side = "both"
) -> Estimate | None:
    """Return the ratio of a quantile of two groups; its interval from both groups' own, put together on the log scale.

        log low = log q1/q0 - sqrt((log q1 - log l1)^2 + (log u0 - log q0)^2), and so above

    (Donner and Zou 2012, "MOVER".) For guardrails compare the same minutes of both groups, 1,000 requests a side or
    more. A bound is None where a group's own bound is. None of nothing and where a quantile or bound is not above 0.
    """
    both: Side = "both"
    outside = tail(confidence, side)
    one, other = (quantile(histogram, share, 1 - 2 * outside, both) for histogram in (treated, comparison))
    if one is None or other is None:
        return None
    found = (one.value, one.low, one.high, other.value, other.low, other.high)
    if any(figure is not None and figure <= 0 for figure in found):
        return None
    q1, l1, u1, q0, l0, u0 = (None if figure is None else math.log(figure) for figure in found)
    assert q1 is not None
    assert q0 is not None
    low = None if l1 is None or u0 is None or side == "upper" else math.exp(q1 - q0 - math.hypot(q1 - l1, u0 - q0))
    high = None if u1 is None or l0 is None or side == "lower" else math.exp(q1 - q0 + math.hypot(u1 - q1, q0 - l0))
    return Estimate(math.exp(q1 - q0), low, high, "order statistics, MOVER", confidence=confidence)


def _last(n: int, holds: Callable[[int], bool]) -> int:
    """Return the greatest rank up to n for which something holds that holds for all below; 0 where for none."""
    low, high = 0, n
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
