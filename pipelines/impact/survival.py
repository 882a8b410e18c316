"""Times of which some have not ended: the median's interval, and the share that has ended by a time.

The curve is that of `lead_time.survival`; here is how sure it is.
"""

import math

import numpy as np

from pipelines.impact.distributions import z_of
from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.lead_time import survival
from pipelines.impact.resampling import Real, Truth

_EXACT = 1e-9
_METHOD = "Kaplan-Meier, log-log"


def median_time(
    times: Real, is_ended: Truth, counts: Real | None = None, confidence: float = CONFIDENCE
) -> Estimate | None:
    """Return the median with the interval of Brookmeyer and Crowley (1982) on the log-log scale; None of nobody.

    The bounds are where the curve's own bounds come down to a half. What is not reached is None: "not yet reached",
    never a number. At one time ends come before censorings. It holds where being open tells nothing of how long it
    will take; it must not be used for what was given up, which is left out before.

    Args:
        times: of a row each; until the end, or for how long it is known to be open.
        counts: how many a row stands for, where SQL has grouped them; None for one each.
    """
    if not times.size:
        return None
    steps, lasting, low, high = _curve(times, is_ended, counts, confidence)

    def down(curve: Real) -> float | None:
        reached = np.flatnonzero(curve <= 0.5 + _EXACT)
        return float(steps[reached[0]]) if reached.size else None

    return Estimate(down(lasting), down(low), down(high), _METHOD, confidence=confidence)


def share_ended(
    times: Real, is_ended: Truth, at: float, counts: Real | None = None, confidence: float = CONFIDENCE
) -> Estimate | None:
    """Return the share that has ended by a time, 1 - S(t), interval by Greenwood on the log-log scale.

        S^exp(+-z sqrt(V) / log S),   V = sum over ends of d / (n (n - d))

    E.g. who used a feature within 7 days of seeing it, those included who saw it yesterday. None where nobody was
    followed that long: the curve knows nothing beyond. Without bounds where none or all have ended by then.
    """
    if not times.size or at > times.max():
        return None
    steps, lasting, low, high = _curve(times, is_ended, counts, confidence)
    place = int(np.searchsorted(steps, at, side="right")) - 1
    if place < 0 or lasting[place] > 1 - _EXACT:
        return Estimate(0.0, None, None, _METHOD, confidence=confidence)
    value = 1 - float(lasting[place])
    if math.isnan(low[place]):
        return Estimate(value, None, None, _METHOD, confidence=confidence)
    return Estimate(value, 1 - float(high[place]), 1 - float(low[place]), _METHOD, confidence=confidence)


def _curve(times: Real, is_ended: Truth, counts: Real | None, confidence: float) -> tuple[Real, Real, Real, Real]:
    """Return distinct times, the share that lasts longer than each, its bounds: NaN where all ended, 1 where none."""
    weights = np.ones(len(times)) if counts is None else counts
    steps, row = np.unique(times, return_inverse=True)
    ends = np.bincount(row, weights=weights * is_ended, minlength=len(steps))
    at_risk = np.cumsum(np.bincount(row, weights=weights, minlength=len(steps))[::-1])[::-1]
    ordered, by_row = survival(times, is_ended, weights[None, :])
    lasting = by_row[0, np.searchsorted(ordered, steps, side="right") - 1]
    left = at_risk - ends
    greenwood = np.cumsum(np.divide(ends, at_risk * left, out=np.zeros_like(ends), where=at_risk * left > 0))
    inside = (lasting > _EXACT) & (lasting < 1 - _EXACT)
    logs = np.log(np.where(inside, lasting, 0.5))
    spread = np.exp(z_of(confidence) * np.sqrt(greenwood) / -logs)
    outside = np.where(lasting >= 1 - _EXACT, 1.0, np.nan)
    low, high = (np.where(inside, np.exp(logs * power), outside) for power in (spread, 1 / spread))
    return steps, lasting, low, high
