"""Bounds in closed form, held against figures of the definition, against another's statistics, and by coverage."""

import math

import numpy as np
import pytest
from scipy import stats

from pipelines.impact.bounds import (
    Count,
    Histogram,
    difference_low,
    median_low,
    quantile_ratio,
    rank_high,
    rank_low,
    rate_high,
    rate_low,
    rate_ratio_low,
)
from tests.oracles.vectors import vectors


@pytest.mark.parametrize(
    ("events", "trials", "low"), [(3, 120, 0.0068), (45, 4000, 0.0087), (60, 4000, 0.0120), (0, 50, 0.0)]
)
def test_the_lower_bound_of_a_rate_is_that_of_the_definition(events, trials, low):
    assert rate_low(Count(events, trials), 0.95) == pytest.approx(low, abs=5e-5)


@pytest.mark.parametrize(("events", "trials"), [(3, 120), (45, 4000), (1, 1), (0, 9), (7, 7)])
def test_both_bounds_of_a_rate_are_those_of_the_exact_test(events, trials):
    told = stats.binomtest(events, trials).proportion_ci(0.9, "exact")
    assert rate_low(Count(events, trials), 0.95) == pytest.approx(told.low)
    assert rate_high(Count(events, trials), 0.95) == pytest.approx(told.high)


def test_a_ratio_of_rates_is_surely_above_one_where_the_conditional_test_says_so():
    treated, control = Count(60, 4000), Count(30, 4000)
    low = rate_ratio_low(treated, control, 0.95)
    # At the bound itself the one-sided test has a p-value of exactly 5 %.
    share = low * treated.trials / (low * treated.trials + control.trials)
    assert stats.binomtest(60, 90, share, alternative="greater").pvalue == pytest.approx(0.05)
    assert 1 < low < 2
    assert rate_ratio_low(Count(0, 10), Count(0, 10), 0.95) == 0
    assert rate_ratio_low(Count(5, 10), Count(0, 0), 0.95) is None
    assert rate_ratio_low(Count(5, 10), Count(0, 1000), 0.95) > 1


@pytest.mark.parametrize(
    ("treated", "control", "low"),
    [((56, 70), (48, 80), 0.0524), ((5, 20), (0, 40), 0.0864), ((9, 10), (3, 10), 0.1705)],
)
def test_the_bound_of_a_difference_is_that_of_newcombes_method(treated, control, low):
    """Newcombe 1998, table II, method 10, and the reference's 5 of 20 against 0 of 40."""
    assert difference_low(Count(*treated), Count(*control), 0.975) == pytest.approx(low, abs=5e-4)
    assert difference_low(Count(1, 2), Count(0, 0), 0.95) is None


@pytest.mark.parametrize(("share", "trials"), [(0.5, 4), (0.5, 5), (0.5, 72), (0.95, 20), (0.95, 1000), (0.95, 12_345)])
def test_ranks_bound_a_quantile_as_closely_as_the_confidence_allows(share, trials):
    low, high = rank_low(share, trials, 0.95), rank_high(share, trials, 0.95)
    law = stats.binom(trials, share)
    assert law.sf(low - 1) >= 0.95
    assert law.sf(low) < 0.95
    if high is not None:
        assert law.cdf(high - 1) >= 0.95
        assert law.cdf(high - 2) < 0.95
    else:
        assert law.cdf(trials - 1) < 0.95


def test_the_ranks_of_a_quantile_are_those_of_scipy():
    for inputs, answer in vectors("statsmodels", "quantile"):
        ordered, share = sorted(inputs["values"]), inputs["share"]
        low, high = rank_low(share, len(ordered), 0.975), rank_high(share, len(ordered), 0.975)
        told = ordered[low - 1] if low else None, None if high is None else ordered[high - 1]
        assert told == (answer["low"], answer["high"])


# Ranks of the 95 % interval of a median, as tables have them (e.g. Hahn and Meeker 1991, table A.15).
@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (15, 4, 12), (20, 6, 15), (30, 10, 21)])
def test_the_median_lies_between_the_ranks_of_the_tables(n, low, high):
    assert (rank_low(0.5, n, 0.975), rank_high(0.5, n, 0.975)) == (low, high)


def test_four_cannot_bound_their_median_and_five_can():
    assert median_low([1.0, 2.0, 3.0, 4.0], 0.95) is None
    assert median_low([1.0, 2.0, 3.0, 4.0, 5.0], 0.95) == 1.0


EDGES = np.array([0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, math.inf])


def histogram(times: np.ndarray) -> Histogram:
    return Histogram(EDGES, np.array([float((times <= edge).sum()) for edge in EDGES]))


def test_a_quantile_lies_even_within_its_bin_and_is_unknown_beyond_the_last():
    told = Histogram(np.array([1.0, 2.0, math.inf]), np.array([50.0, 90.0, 100.0]))
    assert (told.at(25), told.at(70), told.at(95)) == (0.5, 1.5, None)
    assert quantile_ratio(told, told, 0.95, 0.95) is None
    assert Histogram(np.array([]), np.array([])).trials == 0


def test_the_bound_of_a_ratio_of_percentiles_lies_below_it_about_as_often_as_it_should():
    generator = np.random.default_rng(7)
    held, points = 0, []
    for _ in range(300):
        control, treated = generator.exponential(0.3, 1500), generator.exponential(0.9, 1500)
        ratio, low = quantile_ratio(histogram(treated), histogram(control), 0.95, 0.95)
        points.append(ratio)
        held += low < np.median(points)
    assert np.median(points) == pytest.approx(3, rel=0.1)
    assert held / 300 > 0.91
