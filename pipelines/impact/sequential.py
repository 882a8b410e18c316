"""What is watched every night: an interval that holds at all looks at once.

A fixed-horizon interval holds 95 % at one look. Looked at on thirty nights, one of them leaves out a true zero in 28 of
a hundred A/A tests. The planned look on day 30 takes `welch`; guardrails and all nights before take these.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", arXiv 2103.06476, eq. 9.
"""

import math

from pipelines.impact.distributions import tail
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.means import Moment, of_share
from pipelines.impact.proportions import Share

# Units, both groups together, at which the sequence is narrowest; GrowthBook's default.
TUNED_FOR = 5000
# The theory is of large samples, and a rollout begins with a small group. Without these, a group of 30 a night at a
# rate of 2 % raises a false alarm in 20 of a hundred rollouts, one of 3 a night at 20 % in half of them.
LEAST_UNITS, LEAST_EXPECTED = 100, 10.0
_METHOD = "asymptotic confidence sequence"


def watched_shares(
    treated: Share, comparison: Share, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR
) -> Estimate | None:
    """Return the difference of two shares with its always-valid interval; see `watched`. None of nobody.

    There are no bounds before ten events and ten people without one are expected in the smaller group, by the share of
    both together: earlier the smaller group's own variance means nothing, and may be 0.
    """
    one, other = of_share(treated), of_share(comparison)
    if one is None or other is None:
        return None
    pooled = (treated.events + comparison.events) / (treated.n + comparison.n)
    if min(treated.n, comparison.n) * min(pooled, 1 - pooled) < LEAST_EXPECTED:
        return Estimate(one.mean - other.mean, None, None, _METHOD, confidence=confidence)
    return _difference(one, other, confidence, tuned_for)


def watched_difference(
    treated: Moment, comparison: Moment, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR
) -> Estimate:
    """Return the difference of two means with its always-valid interval; see `watched`. For shares: `watched_shares`.

    There are no bounds before 100 units on each side. Very skewed values want a cap, or many more.
    """
    if min(treated.n, comparison.n) < LEAST_UNITS:
        return Estimate(treated.mean - comparison.mean, None, None, _METHOD, confidence=confidence)
    return _difference(treated, comparison, confidence, tuned_for)


def watched_mean(moment: Moment, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR) -> Estimate:
    """Return one mean with its always-valid interval, from 100 units on; see `watched`. Its p-value is of mean 0."""
    if moment.n < LEAST_UNITS:
        return Estimate(moment.mean, None, None, _METHOD, confidence=confidence)
    return watched(moment.mean, moment.squared_error, moment.n, confidence, tuned_for)


def watched(
    value: float, squared_error: float, n: int, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR
) -> Estimate:
    """Return a figure with the interval that holds at every look, and its always-valid p-value.

        reach = sqrt(s^2 2 (n rho^2 + 1) / (n rho)^2 log(sqrt(n rho^2 + 1) / a)),   s^2 = squared error x n
        rho^2 = (-2 log a + log(1 - 2 log a)) / N

    with a = 1 - confidence and N = `tuned_for`. The p-value is 1 / e with e the mixture's value, so it is below `a`
    when and only when 0 lies outside. It holds for large samples, so ask the functions above, which wait for them; for
    units that come in an order that hangs on no outcome; and for figures of all that came since the beginning, never of
    a sliding window. N must not be chosen after the fact. At N it is wider than a fixed interval by half. Without
    bounds of fewer than two units and where nothing varies.

    Args:
        squared_error: of the figure.
        n: of both groups together.
    """
    if n < 2 or squared_error <= 0:
        return Estimate(value, None, None, _METHOD, confidence=confidence)
    alpha = 2 * tail(confidence)
    rho_squared = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuned_for
    grown = n * rho_squared + 1
    per_unit = squared_error * n
    reach = math.sqrt(per_unit * 2 * grown * (math.log(grown) / 2 - math.log(alpha)) / (n * n * rho_squared))
    log_e = rho_squared * n * value * value / squared_error / (2 * grown) - math.log(grown) / 2
    return Estimate(value, value - reach, value + reach, _METHOD, math.exp(min(-log_e, 0.0)), confidence)


def _difference(treated: Moment, comparison: Moment, confidence: float, tuned_for: int) -> Estimate:
    squared_error = treated.squared_error + comparison.squared_error
    return watched(treated.mean - comparison.mean, squared_error, treated.n + comparison.n, confidence, tuned_for)
