"""Quantiles and tails of the few distributions that intervals need.

They come from `scipy.special`, of which this module alone knows, and which is imported when the first is asked for: it
costs half a second that a start without any inference need not pay. `scipy.stats` has them under friendlier names and
costs a second more.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from pipelines.impact.estimate import Side

# Halvings of a bracket: after these its ends are neighbours among floating-point numbers.
_HALVINGS = 200
# Doublings outward before a function is held to have no root; the exponential of what they reach is still a number.
_STEPS = 9


@cache
def _special() -> Any:
    from scipy import special  # type: ignore[import-untyped]

    return special


def tail(confidence: float, side: Side = "both") -> float:
    """Return the share of chance that an interval leaves outside at each end that it has, e.g. 0.025."""
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence lies between 0 and 1, {confidence} does not; pass 0.95 for 95 %.")
    return (1 - confidence) / 2 if side == "both" else 1 - confidence


def normal_quantile(share: float) -> float:
    """Return the standard normal's quantile, 1.96 of 0.975."""
    return float(_special().ndtri(share))


def z_of(confidence: float, side: Side = "both") -> float:
    """Return how many standard errors an interval of that confidence reaches to each side that it has."""
    return -normal_quantile(tail(confidence, side))


def normal_p_value(z: float) -> float:
    """Return the chance that a standard normal is at least as far from 0, on either side."""
    return float(_special().erfc(abs(z) / math.sqrt(2)))


def t_quantile(share: float, freedom: float) -> float:
    """Return the quantile of Student's t; degrees of freedom need not be whole."""
    return float(_special().stdtrit(freedom, share))


def t_p_value(t: float, freedom: float) -> float:
    """Return the chance that Student's t is at least as far from 0, on either side."""
    return 2 * float(_special().stdtr(freedom, -abs(t)))


def binomial_p_value(count: int, n: int, share: float) -> float:
    """Return the exact chance of a count as unlikely on its side among n, doubled for the other side, at most 1."""
    below, above = float(_special().bdtr(count, n, share)), float(_special().bdtrc(count - 1, n, share))
    return min(1.0, 2 * min(below, above if count else 1.0))


def beta_quantile(share: float, first: float, second: float) -> float:
    """Return the quantile of the beta distribution with the parameters `first` and `second`."""
    return float(_special().betaincinv(first, second, share))


def binomial_at_least(events: int, n: int, rate: float) -> float:
    """Return the chance of that many events or more among `n` at a rate."""
    return 1.0 if events <= 0 else float(_special().betainc(events, n - events + 1, rate))


def binomial_quantile(share: float, n: int, rate: float) -> float:
    """Return where the distribution of events among `n` at a rate reaches a share, as a real number."""
    return float(_special().bdtrik(share, n, rate))


def chi_square_p_value(statistic: float, freedom: int) -> float:
    """Return the chance that chi-squared is at least as large."""
    return float(_special().chdtrc(freedom, statistic))


def falling_root(function: Callable[[float], float], start: float) -> float | None:
    """Return where a function that nowhere rises crosses 0, None where it does not within 511 of the start."""
    step = 1.0 if function(start) > 0 else -1.0
    inside, outside = start, start + step
    for _ in range(_STEPS):
        if function(outside) * step <= 0:
            break
        inside, step = outside, step * 2
        outside = start + step
    else:
        return None
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        inside, outside = (middle, outside) if function(middle) * step > 0 else (inside, middle)
    return (inside + outside) / 2
