"""Ratios of two shares and of two rates: how many times as likely, how many times as often."""

import math
from dataclasses import dataclass

from pipelines.impact.distributions import falling_root, normal_p_value, z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.proportions import Share, score_bounds, score_p_value

# Fewer events, or fewer people without one, on either side, and no ratio is printed: the methods disagree there.
LEAST_EVENTS = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """Events, each independent of the others, over an exposure: tickets over active user-days.

    Attributes:
        exposure: of any unit, the same on both sides of a ratio.
    """

    events: int
    exposure: float

    def __post_init__(self) -> None:
        if self.events < 0 or self.exposure < 0 or not math.isfinite(self.exposure):
            raise ValueError(f"{self.events} events over {self.exposure} are no rate; neither may be negative.")


def allows_ratio(treated: Share, comparison: Share) -> bool:
    """Whether a ratio of two shares may be printed: at least 10 with and 10 without the event on each side.

    With 9 of 20 against 30 of 120 the ratio is 1.8; Katz's interval leaves out 1 and Koopman's does not. Where this is
    false, print the counts and the difference of `newcombe`.
    """
    return all(min(share.events, share.n - share.events) >= LEAST_EVENTS for share in (treated, comparison))


def katz(treated: Share, comparison: Share, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return the ratio of two shares with the log interval of Katz and others (1978).

        exp(log(p1 / p0) -+ z sqrt(1/x1 - 1/n1 + 1/x0 - 1/n0))

    For large counts; with few events it is too narrow, then `koopman`. Without events on one side there is no interval,
    and where the comparison has none no ratio either: None, as of nobody.
    """
    if not treated.n or not comparison.events:
        return None
    ratio, method = treated.rate / comparison.rate, "Katz log"
    if not treated.events:
        return Estimate(ratio, None, None, method, confidence=confidence)
    error = math.sqrt(sum(1 / share.events - 1 / share.n for share in (treated, comparison)))
    if not error:
        return Estimate(ratio, None, None, method, confidence=confidence)
    factor = math.exp(z_of(confidence) * error)
    return Estimate(ratio, ratio / factor, ratio * factor, method, normal_p_value(math.log(ratio) / error), confidence)


def koopman(treated: Share, comparison: Share, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return the ratio of two shares with Koopman's score interval (1984), the default.

    The interval holds every ratio r that the score test does not reject:

        (p1 - r p0)^2 / (p1~ (1 - p1~) / n1 + r^2 p0~ (1 - p0~) / n0) <= z^2

    with p~ the likeliest shares whose ratio is r. Its p-value is Pearson's chi-squared, so both say the same. Where the
    comparison has no event the ratio is None and so is the upper bound; the lower one is told. None of nobody, and
    without an event on either side.
    """
    if not treated.n or not comparison.n or not treated.events + comparison.events:
        return None
    z = z_of(confidence)
    start = math.log(
        (treated.events + 0.5) / (treated.n + 0.5) / ((comparison.events + 0.5) / (comparison.n + 0.5))
    )  # fmt: skip
    low = falling_root(lambda log: _score(treated, comparison, log) - z, start) if treated.events else None
    high = falling_root(lambda log: _score(treated, comparison, log) + z, start) if comparison.events else None
    return Estimate(
        treated.rate / comparison.rate if comparison.events else None,
        0.0 if low is None else math.exp(low),
        None if high is None else math.exp(high),
        "Koopman score",
        score_p_value(treated, comparison),
        confidence,
    )


def _score(treated: Share, comparison: Share, log_ratio: float) -> float:
    """Return the signed score statistic of a ratio; it falls as the ratio grows."""
    ratio, n, events = math.exp(log_ratio), treated.n + comparison.n, treated.events + comparison.events
    # The likeliest shares solve a quadratic; this form of its root loses no digits where events are few.
    linear = treated.n * ratio + treated.events + comparison.n + comparison.events * ratio
    root = math.sqrt(max(linear * linear - 4 * n * ratio * events, 0.0))
    p0 = min(2 * events / (linear + root), 1.0)
    p1 = min(ratio * p0, 1.0)
    distance = treated.rate - ratio * comparison.rate
    variance = p1 * (1 - p1) / treated.n + ratio * ratio * p0 * (1 - p0) / comparison.n
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def rate_ratio(treated: Rate, comparison: Rate, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return the ratio of two Poisson rates with its score interval.

    Given their sum, the treated side's events are binomial with share pi = r t1 / (r t1 + t0); the interval is Wilson's
    of that share, turned into ratios. It is the one that inverts (y1 - r d y0)^2 / ((y1 + y0) r d) <= z^2, d = t1 / t0
    (Gu, Ng, Tang and Schucany 2008).

    It takes events for independent. Tickets come in bursts, one incident writes forty: then it is too narrow, and a
    series (`segmented`) or clusters (`clusters`) say more. As for `koopman`, no event in the comparison leaves the
    ratio and the upper bound None. None without any event or without exposure on a side.
    """
    total = treated.events + comparison.events
    if not total or not treated.exposure or not comparison.exposure:
        return None
    low, high = score_bounds(Share(treated.events, total), z_of(confidence))
    exposure = treated.exposure / comparison.exposure
    return Estimate(
        treated.events / comparison.events / exposure if comparison.events else None,
        low / (1 - low) / exposure,
        high / (1 - high) / exposure if comparison.events else None,
        "Poisson score",
        normal_p_value((treated.events - comparison.events * exposure) / math.sqrt(total * exposure)),
        confidence,
    )
