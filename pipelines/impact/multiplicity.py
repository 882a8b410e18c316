"""Many measures of one story: of twenty without any effect, one looks like one."""

from collections.abc import Sequence


def q_values(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the q-values of Benjamini and Hochberg (1995), in the order of the p-values.

        q of the i-th smallest of m = min over j >= i of (p_j m / j), at most 1

    Of the measures with q <= 0.05 at most one in twenty is a false find, in the mean, where tests are independent or
    rise together. A story's one primary measure, named before, stands outside. A measure without a p-value has no
    q-value and does not count. Always-valid p-values may be passed too. It says nothing of intervals, which stay 95 %
    each.
    """
    told = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    if told and not 0 <= told[0][0] <= told[-1][0] <= 1:
        raise ValueError(f"p-values lie between 0 and 1, not {told[0][0]} to {told[-1][0]}.")
    found: list[float | None] = [None] * len(p_values)
    least = 1.0
    for rank in range(len(told), 0, -1):
        p, place = told[rank - 1]
        least = min(least, p * len(told) / rank)
        found[place] = least
    return found
