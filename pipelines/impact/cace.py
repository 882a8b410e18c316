"""The effect among those whom an offer makes use a feature: CACE, the complier average causal effect.

Of a hundred who are offered a feature, twenty use it. What the offer does to the hundred is spread thin over the eighty
who never look; divided by the share that it made use it, it is what use does to those twenty (Imbens and Angrist 1994).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.impact.distributions import normal_p_value, z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.means import PairSums, Sums, of_sums

_METHOD = "complier average causal effect, Anderson-Rubin interval"


@dataclass(frozen=True, slots=True)
class Compliers:
    """What use does to those who use it because it was offered.

    Attributes:
        estimate: in units of the outcome.
        share: of people who use it because it was offered: adoption with the offer less adoption without it.
    """

    estimate: Estimate
    share: float


def compliers(strata: Sequence[tuple[PairSums, PairSums]], confidence: float = CONFIDENCE) -> Compliers | None:
    """Return the effect, from the offered and the others of each stratum: `y` the outcome, `x` whether they used it.

        D = sum of w_s (mean y1_s - mean y0_s),   A = the same of x,   effect = D / A     (Wald 1940)
        interval: all t with (D - t A)^2 <= z^2 (V_yy - 2 t V_xy + t^2 V_xx)              (Anderson and Rubin 1949)

    with w_s the stratum's share of people and V the variances and the covariance of D and A. The interval leaves 0 out
    when and only when that of D does, and holds the truth however few use it. The groups must be drawn by lot, an offer
    must do nothing to those who do not use it, and keep nobody from using it. None where A is not clearly above 0 at
    this confidence, as then no interval is finite, and where no stratum has two people on each side.
    """
    used = [pair for pair in strata if min(side.n for side in pair) > 1]
    whole = sum(side.n for pair in used for side in pair)
    effect = share = v_yy = v_xx = v_xy = 0.0
    for pair in used:
        weight = sum(side.n for side in pair) / whole
        for side, sign in zip(pair, (1, -1), strict=True):
            outcome, use = of_sums(Sums(side.n, side.y, side.yy)), of_sums(Sums(side.n, side.x, side.xx))
            assert outcome is not None
            assert use is not None
            effect += sign * weight * outcome.mean
            share += sign * weight * use.mean
            v_yy += weight**2 * outcome.squared_error
            v_xx += weight**2 * use.squared_error
            v_xy += weight**2 * side.covariance / side.n
    z = z_of(confidence)
    square = share**2 - z**2 * v_xx
    if share <= 0 or square <= 0 or v_yy <= 0:
        return None
    middle, last = effect * share - z**2 * v_xy, effect**2 - z**2 * v_yy
    # The effect itself lies within, so there are roots; rounding must not take them away.
    reach = math.sqrt(max(middle**2 - square * last, 0.0))
    p_value = normal_p_value(effect / math.sqrt(v_yy))
    told = Estimate(
        effect / share, (middle - reach) / square, (middle + reach) / square, _METHOD, p_value, confidence
    )  # fmt: skip
    return Compliers(told, share)
