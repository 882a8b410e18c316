"""What is watched every night: an interval that holds at all looks at once.

A fixed-horizon interval holds 95 % at one look. Looked at on thirty nights, one of them leaves out a true zero in 28 of
a hundred A/A tests. The planned look on day 30 takes `welch`; guardrails and all nights before take these.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", arXiv 2103.06476, eq. 9.
"""

import math

from pipelines.impact.distributions import tail
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.means import Moment

# Units, both groups together, at which the sequence is narrowest; GrowthBook's default.
TUNED_FOR = 5000
_METHOD = "asymptotic confidence sequence"


def watched_difference(
    treated: Moment, comparison: Moment, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR
) -> Estimate:
    """Return the difference of two means with its always-valid interval; see `watched`.

    n is that of both groups together and the variance of one unit that of the difference times n.
    """
    n = treated.n + comparison.n
    squared_error = treated.squared_error + comparison.squared_error
    return watched(treated.mean - comparison.mean, squared_error, n, confidence, tuned_for)


def watched_mean(moment: Moment, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR) -> Estimate:
    """Return one mean with its always-valid interval; see `watched`. Its p-value is of a mean of 0."""
    return watched(moment.mean, moment.squared_error, moment.n, confidence, tuned_for)


def watched(
    value: float, squared_error: float, n: int, confidence: float = CONFIDENCE, tuned_for: int = TUNED_FOR
) -> Estimate:
    """Return a figure with the interval that holds at every look, and its always-valid p-value.

        reach = sqrt(s^2 2 (n rho^2 + 1) / (n rho)^2 log(sqrt(n rho^2 + 1) / a)),   s^2 = squared error x n
        rho^2 = (-2 log a + log(1 - 2 log a)) / N

    with a = 1 - confidence and N = `tuned_for`. The p-value is 1 / e with e the mixture's value, so it is below `a`
    when and only when 0 lies outside. It is valid from some hundreds of units on, asymptotically: not for a dozen rare
    events. It is valid for units that come in an order that hangs on no outcome, whose figure grows with all that came
    before (never a sliding window). N must not be chosen after the fact. Wider than a fixed interval by half at N.
    Without bounds of fewer than two units and where nothing varies.
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
