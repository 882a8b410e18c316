"""How slow the slow requests are, and how sure that is."""

import numpy as np
import pytest

from pipelines.impact.quantiles import Histogram, quantile, quantile_ratio
from tests.oracles.vectors import vectors


def test_a_quantile_and_its_order_statistics_are_those_of_numpy_and_scipy():
    for inputs, answer in vectors("statsmodels", "quantile"):
        told = quantile(Histogram.of(inputs["values"]), inputs["share"])
        assert told is not None
        assert told.value == pytest.approx(answer["value"], rel=1e-12)
        assert (told.low, told.high) == (answer["low"], answer["high"])


# Ranks of the 95 % interval of a median, as tables have them (e.g. Hahn and Meeker 1991, table A.15).
@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (15, 4, 12), (20, 6, 15), (30, 10, 21)])
def test_the_median_lies_between_the_ranks_of_the_tables(n, low, high):
    told = quantile(Histogram.of(float(rank) for rank in range(1, n + 1)), 0.5)
    assert told is not None
    assert (told.low, told.high) == (low, high)


def test_a_histogram_says_what_its_values_say():
    values = [3.0, 1, 3, 3, 9, 1]
    told = Histogram.of(values)
    assert told == Histogram((1.0, 3.0, 9.0), (2, 3, 1))
    assert [told.at(rank) for rank in range(1, 7)] == sorted(values)
    with pytest.raises(ValueError, match="are no histogram"):
        Histogram((3.0, 1.0), (1, 1))


def test_few_values_have_no_bound_above_their_p95():
    assert quantile(Histogram.of(np.arange(1.0, 72)), 0.95).high is None
    assert quantile(Histogram.of(np.arange(1.0, 73)), 0.95).high == 72
    one = quantile(Histogram.of([5.0]), 0.95)
    assert (one.value, one.low, one.high) == (5, None, None)
    assert quantile(Histogram((), ()), 0.95) is None


def test_one_side_asks_for_one_bound_and_that_is_nearer():
    values = Histogram.of(np.random.default_rng(1).lognormal(3, 1, 500))
    both, lower = quantile(values, 0.95), quantile(values, 0.95, side="lower")
    assert lower.high is None
    assert both.low < lower.low < lower.value


def test_what_is_twice_as_slow_is_found_twice_as_slow():
    draw = np.random.default_rng(2)
    told = quantile_ratio(Histogram.of(2 * draw.lognormal(3, 0.5, 4000)), Histogram.of(draw.lognormal(3, 0.5, 4000)))
    assert told is not None
    assert told.value == pytest.approx(2, abs=0.15)
    assert told.low < 2 < told.high
    assert told.high / told.low < 1.25


def test_without_an_upper_bound_of_the_slow_or_above_nought_there_is_none_of_the_ratio():
    few, many = Histogram.of(np.arange(1.0, 41)), Histogram.of(np.arange(1.0, 2001))
    assert quantile_ratio(few, many).high is None
    assert quantile_ratio(few, many).low is not None
    assert quantile_ratio(many, few).low is None
    assert quantile_ratio(Histogram.of([0.0] * 99), many) is None
    assert quantile_ratio(Histogram((), ()), many) is None


def test_the_ratio_of_two_p95_is_held_as_often_as_the_interval_says_and_its_lower_bound_too():
    draw = np.random.default_rng(3)
    both, lower = [], []
    for _ in range(300):
        one, other = (Histogram.of(draw.lognormal(3, 0.6, n)) for n in (1000, 1500))
        both.append(quantile_ratio(one, other).excludes(1))
        lower.append(quantile_ratio(one, other, side="lower").excludes(1))
    # 300 draws: three binomial errors of 0.05 are 0.038.
    assert np.mean(both) == pytest.approx(0.05, abs=0.038)
    assert np.mean(lower) == pytest.approx(0.05, abs=0.038)
