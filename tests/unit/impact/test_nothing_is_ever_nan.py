"""What is not defined is None, for all small counts there are: never NaN, never infinite, never out of order."""

import math
from itertools import pairwise, product

import numpy as np
import pytest

from pipelines.impact.bounds import Histogram, quantile_ratio
from pipelines.impact.cace import compliers
from pipelines.impact.cuped import cuped
from pipelines.impact.estimate import Estimate
from pipelines.impact.evalue import e_value
from pipelines.impact.landmark import landmark
from pipelines.impact.means import PairSums, Sums, of_ratio, of_share, of_sums, relative_lift, welch
from pipelines.impact.proportions import Share, clopper_pearson, newcombe, wilson
from pipelines.impact.ratios import Rate, katz, koopman, rate_ratio
from pipelines.impact.sequential import watched_difference, watched_shares
from pipelines.impact.series import Change, Point, ratio_of_rate_ratios, segmented
from pipelines.impact.strata import Stratum, mantel_haenszel_ratio, post_stratified_difference, post_stratified_ratio

SHARES = [Share(events, n) for n in (0, 1, 2, 5, 40) for events in sorted({0, 1, n // 2, n - 1, n}) if 0 <= events <= n]


def is_sound(told: Estimate | None) -> bool:
    """Every number is finite, bounds stand around the value, and a p-value is one."""
    if told is None:
        return True
    numbers = [one for one in (told.low, told.value, told.high) if one is not None]
    ordered = all(one <= other + 1e-9 * max(1, abs(other)) for one, other in pairwise(numbers))
    return all(map(math.isfinite, numbers)) and ordered and (told.p_value is None or 0 <= told.p_value <= 1)


def test_one_share_is_sound_and_holds_itself():
    for share, function in product(SHARES, (wilson, clopper_pearson)):
        told = function(share)
        assert is_sound(told)
        assert (told is None) is (share.n == 0)
        assert told is None or 0 <= told.low <= share.rate <= told.high <= 1


@pytest.mark.parametrize("function", [newcombe, katz, koopman, watched_shares])
def test_two_shares_are_sound_on_any_side_of_nothing(function):
    for one, other in product(SHARES, repeat=2):
        assert is_sound(function(one, other)), (one, other)


@pytest.mark.parametrize("function", [welch, relative_lift, watched_difference])
def test_moments_of_shares_and_of_few_values_are_sound(function):
    moments = [of_share(share) for share in SHARES if share.n]
    moments += [of_sums(Sums.of(values)) for values in ([0, 0], [3, 3, 3], [0.1, 0.7], [-2, 5, 1e6])]
    for one, other in product(moments, repeat=2):
        assert is_sound(function(one, other)), (one, other)


def test_strata_of_any_two_pairs_are_sound():
    few = [Share(0, 0), Share(0, 3), Share(2, 3), Share(3, 3)]
    for a, b, c, d in product(few, repeat=4):
        moments = [Stratum(of_share(a), of_share(b)), Stratum(of_share(c), of_share(d))]
        for told in (
            mantel_haenszel_ratio([(a, b), (c, d)]),
            post_stratified_difference(moments),
            post_stratified_ratio(moments),
        ):
            assert told is None or is_sound(told.estimate), (a, b, c, d)
        found = landmark([(a, b), (c, d)])
        assert found is None or found.e_value is None or math.isfinite(found.e_value.point)
        assert found is None or e_value(found.ratio.estimate) == found.e_value


def test_rates_and_their_changes_are_sound():
    rates = [Rate(events, exposure) for events in (0, 1, 9) for exposure in (0.0, 0.5, 1e6)]
    for one, other in product(rates, repeat=2):
        assert is_sound(rate_ratio(one, other)), (one, other)
        assert is_sound(ratio_of_rate_ratios(Change(one, other), Change(other, one)))


def test_pairs_of_few_values_are_sound():
    draw = np.random.default_rng(1)
    for n in (0, 1, 2, 3, 9):
        for scale in (0.0, 1e-9, 1.0, 1e9):
            sides = []
            for _ in range(2):
                y, x = draw.integers(0, 3, n) * scale, draw.integers(0, 3, n) * 1.0
                sides.append(PairSums(n, *(float(one.sum()) for one in (y, y * y, x, x * x, x * y))))
            ratio, adjusted = [of_ratio(side) for side in sides], cuped(*sides)
            if None not in ratio:
                assert is_sound(welch(*ratio))
                assert is_sound(relative_lift(*ratio))
            if adjusted is not None:
                assert is_sound(welch(adjusted.treated, adjusted.comparison))


def test_compliers_of_few_people_are_sound():
    draw = np.random.default_rng(3)
    told = 0
    for n in (0, 1, 2, 3, 9, 60):
        for scale, use in product((0.0, 1e-9, 1.0, 1e9), (0.0, 0.5, 1.0)):
            sides = []
            for share in (use, 0.0):
                y, x = draw.integers(0, 3, n) * scale, (draw.uniform(size=n) < share) * 1.0
                sides.append(PairSums(n, *(float(one.sum()) for one in (y, y * y, x, x * x, x * y))))
            found = compliers([(sides[0], sides[1])])
            told += found is not None
            assert found is None or is_sound(found.estimate), (n, scale, use)
    assert told > 10


def test_quantiles_of_few_values_are_sound():
    edges = np.array([1.0, 5.0, math.inf])
    sides = [Histogram(edges, np.array(counts, float)) for counts in product((0, 1, 20), (1, 30), (30, 400))]
    for one, other in product([Histogram(edges[:0], edges[:0]), *sides], repeat=2):
        ratio, low = quantile_ratio(one, other, 0.95, 0.95) or (1.0, None)
        assert 0 < ratio < math.inf, (one, other)
        assert low is None or 0 < low <= ratio, (one, other)


def test_series_of_few_events_are_sound():
    draw = np.random.default_rng(2)
    for mean in (0.05, 0.3, 1.0, 1e6):
        for _ in range(40):
            events = draw.poisson(mean, 13).tolist()
            told = segmented([Point(float(k), y, 1.0, k >= 8) for k, y in enumerate(events)])
            if told is not None:
                for figure in (told.level, told.slope, told.average, told.trend_before):
                    assert is_sound(figure), events


@pytest.mark.parametrize("missing", [math.nan, math.inf])
def test_what_is_no_number_is_refused_at_the_door(missing):
    for make in (
        lambda: Sums.of([1.0, missing]),
        lambda: PairSums(2, 1.0, 1.0, missing, 1.0, 1.0),
        lambda: Rate(1, missing),
    ):
        with pytest.raises(ValueError, match="no "):
            make()
