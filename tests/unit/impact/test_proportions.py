"""Shares and their differences, held against published figures and by counting how often intervals hold the truth."""

import numpy as np
import pytest

from pipelines.impact.estimate import Estimate
from pipelines.impact.proportions import Share, breach_p_value, clopper_pearson, newcombe, score_p_value, wilson
from tests.oracles.vectors import vectors


def bounds(estimate: Estimate | None) -> tuple[float | None, float | None]:
    assert estimate is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize(("function", "asked"), [(wilson, "wilson"), (clopper_pearson, "clopper_pearson")])
def test_a_share_is_as_sure_as_statsmodels_says(function, asked):
    for inputs, answer in vectors("statsmodels", asked):
        told = function(Share(inputs["events"], inputs["n"]), inputs["confidence"])
        assert bounds(told) == pytest.approx((answer["low"], answer["high"]), abs=1e-9)


@pytest.mark.parametrize(("function", "asked"), [(wilson, "wilson lower"), (clopper_pearson, "clopper_pearson lower")])
def test_a_bound_alone_is_the_one_that_scipy_says(function, asked):
    for inputs, answer in vectors("statsmodels", asked):
        told = function(Share(inputs["events"], inputs["n"]), side="lower")
        assert told.low == pytest.approx(answer["low"], abs=1e-9)
        assert told.high is None


def test_a_breach_is_as_likely_by_chance_as_the_binomial_test_says():
    for inputs, answer in vectors("statsmodels", "breach"):
        told = breach_p_value(Share(inputs["events"], inputs["n"]), inputs["threshold"])
        assert told == pytest.approx(answer["p_value"], rel=1e-9)


def test_a_difference_is_as_sure_as_statsmodels_says():
    for inputs, answer in vectors("statsmodels", "newcombe"):
        x1, n1, x0, n0 = inputs["counts"]
        assert bounds(newcombe(Share(x1, n1), Share(x0, n0))) == pytest.approx(
            (answer["low"], answer["high"]), abs=1e-9
        )
    for inputs, answer in vectors("statsmodels", "score"):
        x1, n1, x0, n0 = inputs["counts"]
        assert score_p_value(Share(x1, n1), Share(x0, n0)) == pytest.approx(answer["p_value"], rel=1e-6)


def test_2300_of_10000_who_tried_an_export_are_22_2_to_23_8_percent():
    assert bounds(wilson(Share(2300, 10_000))) == pytest.approx((0.222, 0.238), abs=5e-4)


# Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, methods 3 and 5.
@pytest.mark.parametrize(
    ("events", "n", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_single_shares_have_the_bounds_of_newcombes_table(events, n, score, exact):
    assert bounds(wilson(Share(events, n))) == pytest.approx(score, abs=5e-5)
    assert bounds(clopper_pearson(Share(events, n))) == pytest.approx(exact, abs=5e-5)


# Newcombe (1998), Interval estimation for the difference between independent proportions, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_have_the_bounds_of_newcombes_table(counts, low, high):
    x1, n1, x0, n0 = counts
    assert bounds(newcombe(Share(x1, n1), Share(x0, n0))) == pytest.approx((low, high), abs=5e-5)


def test_nobody_who_came_back_without_the_feature_leaves_a_difference():
    told = newcombe(Share(5, 20), Share(0, 40))
    assert told is not None
    assert (told.value, told.low, told.high) == pytest.approx((0.25, 0.086, 0.469), abs=5e-4)


def test_three_errors_of_120_are_no_confirmed_breach_of_one_percent_and_60_of_4000_are():
    lower = [clopper_pearson(Share(events, n), side="lower").low for events, n in ((3, 120), (45, 4000), (60, 4000))]
    assert lower == pytest.approx([0.0068, 0.0087, 0.0120], abs=5e-5)
    assert breach_p_value(Share(3, 120), 0.01) == pytest.approx(0.12, abs=5e-3)
    assert [breach_p_value(Share(events, n), 0.01) < 0.05 for events, n in ((3, 120), (45, 4000), (60, 4000))] == [
        low > 0.01 for low in lower
    ]  # fmt: skip


def test_of_nobody_there_is_no_share():
    nobody = Share(0, 0)
    assert [wilson(nobody), clopper_pearson(nobody), breach_p_value(nobody, 0.01)] == [None] * 3
    assert [newcombe(nobody, Share(1, 2)), newcombe(Share(1, 2), nobody), score_p_value(nobody, nobody)] == [None] * 3


def test_where_nothing_happened_on_either_side_nothing_differs():
    assert score_p_value(Share(0, 10), Share(0, 20)) == 1
    assert score_p_value(Share(10, 10), Share(20, 20)) == 1


def test_more_events_than_people_are_refused():
    with pytest.raises(ValueError, match="count the people"):
        Share(5, 4)


def held(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


@pytest.mark.parametrize(("n", "rate"), [(30, 0.2), (200, 0.05), (1000, 0.5)])
def test_exact_bounds_hold_the_truth_at_least_as_often_as_they_say_and_wilsons_about_as_often(n, rate):
    # 4,000 draws: the binomial error of a coverage of 0.95 is 0.0034. Wilson's own oscillates by 0.02 at such n.
    drawn = np.random.default_rng(n).binomial(n, rate, 4000)
    ends = {x: (wilson(Share(x, n)), clopper_pearson(Share(x, n))) for x in set(drawn.tolist())}
    score, exact = (
        held(np.array([ends[x][which].low for x in drawn]), np.array([ends[x][which].high for x in drawn]), rate)
        for which in (0, 1)
    )
    assert score == pytest.approx(0.95, abs=0.02 + 3 * 0.0034)
    assert exact > 0.95 - 3 * 0.0034


@pytest.mark.parametrize(("n1", "p1", "n0", "p0"), [(40, 0.3, 60, 0.2), (300, 0.05, 2700, 0.04), (25, 0.9, 25, 0.5)])
def test_newcombes_interval_holds_the_true_difference_about_as_often_as_it_says(n1, p1, n0, p0):
    draw = np.random.default_rng(n1)
    pairs = zip(draw.binomial(n1, p1, 3000).tolist(), draw.binomial(n0, p0, 3000).tolist(), strict=True)
    told = [newcombe(Share(x1, n1), Share(x0, n0)) for x1, x0 in pairs]
    hit = np.mean([one.low <= p1 - p0 <= one.high for one in told])
    # 3,000 draws: the binomial error is 0.004; the method's own coverage is 0.94 to 0.97 at such sizes.
    assert 0.935 - 3 * 0.004 < hit < 0.975 + 3 * 0.004
