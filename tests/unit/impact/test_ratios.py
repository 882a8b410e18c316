"""Ratios of shares and of rates, held against published figures and by counting how often intervals hold the truth."""

import numpy as np
import pytest

from pipelines.impact.estimate import Estimate
from pipelines.impact.proportions import Share
from pipelines.impact.ratios import Rate, allows_ratio, katz, koopman, rate_ratio
from tests.oracles.vectors import vectors


def pair(counts: list[int]) -> tuple[Share, Share]:
    x1, n1, x0, n0 = counts
    return Share(x1, n1), Share(x0, n0)


def bounds(estimate: Estimate | None) -> tuple[float | None, float | None]:
    assert estimate is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize(("function", "asked"), [(katz, "katz"), (koopman, "koopman")])
def test_a_ratio_of_shares_is_as_sure_as_statsmodels_says(function, asked):
    for inputs, answer in vectors("statsmodels", asked):
        assert bounds(function(*pair(inputs["counts"]))) == pytest.approx((answer["low"], answer["high"]), rel=1e-6)


def test_koopmans_p_value_is_pearsons():
    for inputs, answer in vectors("statsmodels", "score"):
        told = koopman(*pair(inputs["counts"]))
        assert told is not None
        assert told.p_value == pytest.approx(answer["p_value"], rel=1e-6)


def test_a_ratio_of_rates_is_as_sure_as_statsmodels_says():
    for inputs, answer in vectors("statsmodels", "rate_ratio"):
        y1, t1, y0, t0 = inputs["rates"]
        told = rate_ratio(Rate(y1, t1), Rate(y0, t0))
        assert told is not None
        assert (*bounds(told), told.p_value) == pytest.approx(
            (answer["low"], answer["high"], answer["p_value"]), rel=1e-6
        )


def test_180_of_400_against_900_of_3600_are_1_8_times_as_likely():
    one, other = Share(180, 400), Share(900, 3600)
    assert bounds(katz(one, other)) == pytest.approx((1.593, 2.034), abs=5e-4)
    assert bounds(koopman(one, other)) == pytest.approx((1.587, 2.027), abs=5e-4)
    assert allows_ratio(one, other)


def test_in_a_small_story_the_method_turns_the_conclusion_so_no_ratio_is_printed():
    one, other = Share(9, 20), Share(30, 120)
    assert bounds(katz(one, other)) == pytest.approx((1.013, 3.199), abs=5e-4)
    assert bounds(koopman(one, other)) == pytest.approx((0.963, 3.017), abs=5e-4)
    assert not allows_ratio(one, other)


# Koopman (1984), Confidence intervals for the ratio of two binomial proportions, Biometrics 40, 513.
def test_koopmans_own_example():
    told = koopman(Share(36, 40), Share(16, 80))
    assert told is not None
    assert (told.value, told.low, told.high) == pytest.approx((4.5, 2.94, 7.15), abs=5e-3)


@pytest.mark.parametrize(
    ("counts", "may"),
    [
        ((10, 20, 10, 20), True),
        ((9, 20, 10, 20), False),
        ((10, 19, 10, 20), False),
        ((10, 20, 11, 20), False),
        ((0, 0, 10, 20), False),
    ],
)
def test_ten_with_and_ten_without_the_event_on_each_side_allow_a_ratio(counts, may):
    assert allows_ratio(*pair(counts)) is may


def test_without_anybody_in_the_comparison_a_ratio_has_a_lower_bound_alone():
    told = koopman(Share(5, 20), Share(0, 40))
    assert told is not None
    assert (told.value, told.high) == (None, None)
    assert told.low == pytest.approx(2.75, abs=5e-3)
    assert katz(Share(5, 20), Share(0, 40)) is None


def test_without_anybody_among_the_treated_the_ratio_is_nought_with_an_upper_bound():
    told = koopman(Share(0, 20), Share(5, 40))
    assert told is not None
    assert (told.value, told.low) == (0, 0)
    assert told.high is not None
    assert 0 < told.high < 2
    assert bounds(katz(Share(0, 20), Share(5, 40))) == (None, None)


def test_everybody_on_both_sides_is_a_ratio_of_one():
    told = koopman(Share(20, 20), Share(40, 40))
    assert told is not None
    assert told.value == 1
    assert told.low < 1 < told.high
    assert bounds(katz(Share(20, 20), Share(40, 40))) == (None, None)


def test_of_nobody_and_of_nothing_there_is_no_ratio():
    assert koopman(Share(0, 0), Share(1, 2)) is None
    assert koopman(Share(1, 2), Share(0, 0)) is None
    assert koopman(Share(0, 3), Share(0, 4)) is None
    assert katz(Share(0, 0), Share(1, 2)) is None
    assert rate_ratio(Rate(0, 5), Rate(0, 5)) is None
    assert rate_ratio(Rate(3, 0), Rate(4, 5)) is None


def test_turned_round_a_ratio_and_its_interval_are_turned_over():
    for counts in ((9, 20, 30, 120), (180, 400, 900, 3600), (2, 7, 6, 7)):
        one, other = pair(counts)
        there, back = koopman(one, other), koopman(other, one)
        assert there is not None
        assert back is not None
        assert (there.value, there.low, there.high) == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low))


def test_tickets_per_active_day_fell_by_67_percent_and_not_by_the_65_of_the_raw_counts():
    told = rate_ratio(Rate(33, 42_000), Rate(95, 40_000))
    assert told is not None
    assert 1 - told.value == pytest.approx(0.669, abs=5e-4)
    assert bounds(told) == pytest.approx((0.223, 0.490), abs=5e-4)


def test_a_rate_that_went_to_nothing_keeps_an_upper_bound_and_one_from_nothing_a_lower():
    none_left, none_before = rate_ratio(Rate(0, 10), Rate(12, 10)), rate_ratio(Rate(12, 10), Rate(0, 10))
    assert none_left is not None
    assert (none_left.value, none_left.low) == (0, 0)
    assert 0 < none_left.high < 1
    assert none_before is not None
    assert (none_before.value, none_before.high) == (None, None)
    assert none_before.low > 1


def test_a_rate_is_never_negative():
    with pytest.raises(ValueError, match="neither may be negative"):
        Rate(3, -1.0)


@pytest.mark.parametrize(("n1", "p1", "n0", "p0"), [(20, 0.45, 120, 0.25), (400, 0.45, 3600, 0.25), (50, 0.1, 50, 0.1)])
def test_koopmans_interval_holds_the_true_ratio_about_as_often_as_it_says(n1, p1, n0, p0):
    draw = np.random.default_rng(n1)
    pairs = zip(draw.binomial(n1, p1, 1500).tolist(), draw.binomial(n0, p0, 1500).tolist(), strict=True)
    hit = []
    for x1, x0 in pairs:
        told = koopman(Share(x1, n1), Share(x0, n0))
        hit.append(told is not None and told.low <= p1 / p0 and (told.high is None or p1 / p0 <= told.high))
    # 1,500 draws: the binomial error is 0.0056; the method's own coverage is 0.94 to 0.965 at such sizes.
    assert 0.94 - 3 * 0.0056 < np.mean(hit) < 0.965 + 3 * 0.0056


@pytest.mark.parametrize(("mean1", "mean0"), [(8, 12), (33, 95), (2, 40)])
def test_the_ratio_of_two_rates_is_held_about_as_often_as_it_says(mean1, mean0):
    draw = np.random.default_rng(mean1)
    pairs = zip(draw.poisson(mean1, 3000).tolist(), draw.poisson(mean0, 3000).tolist(), strict=True)
    hit = [
        told is not None and not told.excludes(mean1 / mean0)
        for told in (rate_ratio(Rate(y1, 1.0), Rate(y0, 1.0)) for y1, y0 in pairs)
    ]
    # 3,000 draws: the binomial error is 0.004; Wilson's own coverage is 0.94 to 0.975 at such counts.
    assert 0.94 - 3 * 0.004 < np.mean(hit) < 0.975 + 3 * 0.004
