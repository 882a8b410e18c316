"""E-value: how strong something unmeasured would have to be to explain a ratio away."""

import math
from dataclasses import dataclass

from pipelines.impact.estimate import Estimate


@dataclass(frozen=True, slots=True)
class EValue:
    """The least risk ratio with both use and outcome that something unmeasured needs, beyond what was adjusted for.

    Attributes:
        point: to bring the figure to 1.
        bound: to bring the interval to 1; 1 where it holds 1 already, None without an interval.
    """

    point: float
    bound: float | None


def e_value(ratio: Estimate) -> EValue | None:
    """Return the E-value of a risk ratio (VanderWeele and Ding 2017): R + sqrt(R (R - 1)), of 1/R below 1.

    1.8 [1.59, 2.03] gives 3.0 and 2.56. It is a bound over all confounders and no test: people who like the product use
    the feature and come back, and three times is not much for that. For risk ratios, of rare or common outcomes; not
    for odds ratios. None where the ratio is not defined or 0.
    """
    if not ratio.value or ratio.value < 0:
        return None
    nearer = ratio.low if ratio.value >= 1 else ratio.high
    if nearer is None:
        return EValue(_of(ratio.value), None)
    holds_one = nearer <= 1 if ratio.value >= 1 else nearer >= 1
    return EValue(_of(ratio.value), 1.0 if holds_one else _of(nearer))


def _of(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))
