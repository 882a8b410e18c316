"""CUPED keeps the truth and narrows the interval."""

import numpy as np
import pytest

from pipelines.impact.cuped import cuped
from pipelines.impact.means import PairSums, Sums, of_sums, welch
from tests.oracles.vectors import vectors


def sums(y: np.ndarray, x: np.ndarray) -> PairSums:
    return PairSums(len(y), *(float(part.sum()) for part in (y, y * y, x, x * x, x * y)))


def test_the_adjusted_difference_is_growthbooks():
    for inputs, answer in vectors("gbstats", "cuped"):
        told = cuped(PairSums(*inputs["treated"]), PairSums(*inputs["comparison"]))
        assert told is not None
        difference = welch(told.treated, told.comparison)
        figures = (told.theta, difference.value, difference.low, difference.high, difference.p_value)
        expected = tuple(answer[name] for name in ("theta", "value", "low", "high", "p_value"))
        assert figures == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_covariate_that_never_varies_changes_nothing():
    y, x = np.array([1.0, 2, 5, 3]), np.full(4, 7.0)
    told = cuped(sums(y, x), sums(y + 1, x))
    assert told is not None
    assert (told.theta, told.variance_ratio) == (0, 1)
    assert told.treated == of_sums(Sums.of(y))


def test_an_outcome_that_was_known_before_leaves_no_spread():
    x = np.array([1.0, 2, 5, 3])
    told = cuped(sums(x, x), sums(x[::-1], x[::-1]))
    assert told is not None
    assert told.theta == pytest.approx(1)
    assert told.variance_ratio == pytest.approx(0, abs=1e-9)


def test_one_person_on_a_side_is_too_few():
    one, four = sums(np.ones(1), np.ones(1)), sums(np.arange(4.0), np.arange(4.0))
    assert cuped(one, four) is None
    assert cuped(four, one) is None


def test_the_adjustment_keeps_coverage_and_halves_the_interval():
    draw = np.random.default_rng(5)
    adjusted, bare = [], []
    for _ in range(1500):
        before = [draw.poisson(6, n).astype(float) for n in (150, 350)]
        after = [
            0.9 * x + draw.normal(shift, 1.2, len(x)) for x, shift in zip(before, (1.3, 1.0), strict=True)
        ]  # fmt: skip
        told = cuped(sums(after[0], before[0]), sums(after[1], before[1]))
        adjusted.append(welch(told.treated, told.comparison))
        bare.append(welch(*(of_sums(Sums.of(y)) for y in after)))
    # 1,500 draws: three binomial errors of 0.95 are 0.017.
    for told in (adjusted, bare):
        assert np.mean([not one.excludes(0.3) for one in told]) == pytest.approx(0.95, abs=0.017)
    widths = [np.mean([one.high - one.low for one in told]) for told in (adjusted, bare)]
    # The noise's variance over the whole: 1.44 / (1.44 + 0.81 * 6), so 0.48 of the width.
    assert widths[0] / widths[1] == pytest.approx((1.44 / (1.44 + 0.81 * 6)) ** 0.5, abs=0.01)
    assert told_ratio(adjusted, bare) < 0.3


def told_ratio(adjusted: list, bare: list) -> float:
    """The variance of the difference itself, over all draws."""
    return float(np.var([one.value for one in adjusted]) / np.var([one.value for one in bare]))
