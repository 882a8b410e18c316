"""How long stories take, of which some have not ended yet: medians, and the ratio of two groups within strata.

All functions take `weights`, replicates x stories: the first row is the sample, the others are bootstrap replicates in
which a story counts as often as its developer was drawn. One pass gives a figure and all its replicates.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.impact.resampling import Real, Truth, Whole

# Two vendors' clocks differ by seconds, and the logarithm of nothing is none: what is shorter counts as a minute.
SHORTEST_SECONDS = 60.0
_EXACT = 1e-9
_LEFT_OPEN = 0.05


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of stories, a row each.

    Attributes:
        seconds: from begin to end; of a span that is still open, for how long it is known to be.
        is_ended: false of those; they are censored, which is not the same as left out.
        is_after: the group whose time stands above the fraction line.
        stratum: number of the kind of story, known before the work began.
        begun: when it began, in years from any day.
        followed: seconds from its begin until the log ends: had it lasted longer, it would be open.
    """

    seconds: Real
    is_ended: Truth
    is_after: Truth
    stratum: Whole
    begun: Real
    followed: Real

    def where(self, chosen: Truth) -> "Spans":
        """Return those rows."""
        return Spans(
            self.seconds[chosen], self.is_ended[chosen], self.is_after[chosen], self.stratum[chosen],
            self.begun[chosen], self.followed[chosen],
        )  # fmt: skip


def survival(seconds: Real, is_ended: Truth, weights: Real) -> tuple[Real, Real]:
    """Return the sorted times and, replicates x times, the share that lasts longer than each: Kaplan and Meier (1958).

        S(t) = product over ends t_i <= t of (1 - w_i / sum of w_j with t_j >= t_i)

    At one time ends come before censorings. Equal to `scipy.stats.ecdf(CensoredData.right_censored(...)).sf`.
    It holds where a story's being open tells nothing of how long it will take: true of stories that merely began late,
    untrue of those that nobody will finish, which are therefore left out before.
    """
    order = np.lexsort((~is_ended, seconds))
    weight = weights[:, order]
    at_risk = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    ends = weight * is_ended[order]
    share = np.divide(ends, at_risk, out=np.zeros_like(ends), where=at_risk > 0)
    return seconds[order], np.cumprod(1.0 - share, axis=1, dtype=np.float64)


def medians(seconds: Real, is_ended: Truth, weights: Real) -> Real:
    """Return the median of each replicate: the first time that no more than half outlast; NaN where none is reached.

    Open stories are in it. Of those that have ended alone the median is too small, since long ones are open longest.
    """
    if not seconds.size:
        return np.full(len(weights), np.nan)
    times, lasting = survival(seconds, is_ended, weights)
    reached = lasting <= 0.5 + _EXACT
    first = np.argmax(reached, axis=1)
    return np.where(reached.any(axis=1), times[first], np.nan)


def shares_of_ends(seconds: Real, is_ended: Truth, weights: Real) -> Real:
    """Return, replicates x stories, by how much the survival falls at each story's end: the weights of Stute (1993).

    A mean under them is that of all stories, the open ones included: a censored story hands its weight to those that
    last longer. What the last ones hold if they are open is given to the last one, as if it ended now (Efron 1967);
    so a mean is a little too small where the longest are open. Rows add up to one, to zero in a replicate without any.
    """
    order = np.lexsort((~is_ended, seconds))
    _, lasting = survival(seconds, is_ended, weights)
    before = np.hstack([np.ones((len(weights), 1)), lasting[:, :-1]])
    falls = before - lasting
    weight = weights[:, order]
    # The last story that the replicate holds.
    last = weight.shape[1] - 1 - np.argmax(weight[:, ::-1] > 0, axis=1)
    falls[np.arange(len(weights)), last] += lasting[:, -1]
    falls[weight.sum(axis=1) == 0] = 0.0
    shares = np.empty_like(falls)
    shares[:, order] = falls
    return shares


def censored_weights(spans: Spans, weights: Real) -> Real:
    """Return Stute's weights within each stratum and group, scaled to how many stories the replicate holds there."""
    found = np.zeros_like(weights)
    for stratum in np.unique(spans.stratum):
        for is_after in (False, True):
            chosen = (spans.stratum == stratum) & (spans.is_after == is_after)
            if chosen.any():
                part = weights[:, chosen]
                shares = shares_of_ends(spans.seconds[chosen], spans.is_ended[chosen], part)
                found[:, chosen] = shares * part.sum(axis=1, keepdims=True)
    return found


def log_ratio(spans: Spans, censored: Real) -> Real:
    """Return, for each replicate, the log of the ratio of times, after over before, among stories of a kind.

        log ratio = sum of w_s (mean log t, after, in s  -  mean log t, before, in s) / sum of w_s
        w_s = n_before n_after / (n_before + n_after)

    The weights are Mantel and Haenszel's, the best where strata have one variance; a stratum with one side weighs
    nothing. exp of it is a ratio of geometric means, which is one of medians where log times are symmetric.

    Args:
        censored: from `censored_weights`.
    """
    logs = np.log(np.maximum(spans.seconds, SHORTEST_SECONDS))
    total, weighed = np.zeros(len(censored)), np.zeros(len(censored))
    for stratum in np.unique(spans.stratum):
        here = spans.stratum == stratum
        sides = [(censored[:, here & (spans.is_after == side)], logs[here & (spans.is_after == side)]) for side in
                 (False, True)]  # fmt: skip
        (count_before, sum_before), (count_after, sum_after) = ((w.sum(axis=1), w @ y) for w, y in sides)
        both = (count_before > 0) & (count_after > 0)
        weight = np.where(both, count_before * count_after / np.where(both, count_before + count_after, 1.0), 0.0)
        difference = np.where(both, sum_after / np.where(both, count_after, 1.0), 0.0)
        difference -= np.where(both, sum_before / np.where(both, count_before, 1.0), 0.0)
        total += weight * difference
        weighed += weight
    return np.divide(total, weighed, out=np.full_like(total, np.nan), where=weighed > 0)


def mature(spans: Spans) -> Truth:
    """Return who began so long before the log ends that nineteen of twenty such stories had ended by then.

    In a regression on the time of beginning the censoring hangs on the regressor, so that no weights mend it; but to
    leave out all that began late, ended or open, chooses by no outcome.
    """
    if not spans.seconds.size:
        return np.zeros(0, dtype=np.bool_)
    times, lasting = survival(spans.seconds, spans.is_ended, np.ones((1, len(spans.seconds))))
    reached = np.flatnonzero(lasting[0] <= _LEFT_OPEN + _EXACT)
    old: Truth = spans.followed >= times[reached[0] if reached.size else -1]
    return old


def step_and_slope(spans: Spans, censored: Real) -> tuple[Real, Real]:
    """Return, for each replicate, the step at the change and the slope a year of log time: an interrupted series.

        log t = a_stratum + slope * begun + step * is_after + error

    by least squares under Stute's weights, over `mature` spans. What went down all the time goes to the slope and is no
    step. It says nothing of a trend that is not straight, nor of what else came at the time of the change. NaN where
    the two cannot be told apart: nobody began before, or nobody after.
    """
    logs = np.log(np.maximum(spans.seconds, SHORTEST_SECONDS))
    columns = np.column_stack([spans.begun, spans.is_after.astype(np.float64), logs])
    cross = np.zeros((len(censored), 3, 3))
    for stratum in np.unique(spans.stratum):
        here = spans.stratum == stratum
        weight, part = censored[:, here], columns[here]
        count = weight.sum(axis=1)
        sums = weight @ part
        products = np.einsum("bi,ij,ik->bjk", weight, part, part, optimize=True)
        means = np.divide(sums, count[:, None], out=np.zeros_like(sums), where=count[:, None] > 0)
        cross += products - means[:, :, None] * sums[:, None, :]
    time, both, step = cross[:, 0, 0], cross[:, 0, 1], cross[:, 1, 1]
    determinant = time * step - both**2
    known = determinant > _EXACT * np.maximum(time * step, _EXACT)
    safe = np.where(known, determinant, 1.0)
    level = (time * cross[:, 1, 2] - both * cross[:, 0, 2]) / safe
    slope = (step * cross[:, 0, 2] - both * cross[:, 1, 2]) / safe
    return np.where(known, level, np.nan), np.where(known, slope, np.nan)
