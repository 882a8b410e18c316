"""Before and after a launch, held against another's regression and by counting how often intervals hold the truth."""

import numpy as np
import pytest

from pipelines.impact.poisson import fit
from pipelines.impact.ratios import Rate
from pipelines.impact.series import Change, Point, pre_trend, ratio_of_rate_ratios, segmented
from tests.oracles.vectors import vectors

NAMES = ("value", "low", "high", "p_value")


def test_difference_in_differences_is_the_interaction_of_a_poisson_regression():
    for inputs, answer in vectors("statsmodels", "ratio_of_rate_ratios"):
        after, before, others_after, others_before = (Rate(*rate) for rate in inputs["rates"])
        told = ratio_of_rate_ratios(Change(before, after), Change(others_before, others_after))
        assert told is not None
        figures = (told.value, told.low, told.high, told.p_value)
        assert figures == pytest.approx(tuple(answer[name] for name in NAMES), rel=1e-6)


def test_the_segmented_series_is_that_of_statsmodels_with_its_newey_west():
    for inputs, answer in vectors("statsmodels", "segmented"):
        told = segmented([Point(*point) for point in inputs["points"]], inputs["lags"])
        assert told is not None
        for place, one in enumerate((told.level, told.slope, told.average, told.trend_before)):
            expected = tuple(answer[name][place] for name in NAMES)
            assert (one.value, one.low, one.high, one.p_value) == pytest.approx(expected, rel=1e-6)
        assert told.dispersion == pytest.approx(answer["dispersion"], rel=1e-6)


def test_both_covariances_are_those_of_statsmodels():
    for inputs, answer in vectors("statsmodels", "newey-west"):
        at, events, exposure, is_after = np.array(inputs["points"], dtype=float).T
        since = at - at[is_after > 0][0]
        columns = np.column_stack([np.ones_like(at), since, is_after, is_after * since])
        told = fit(columns, events, exposure, inputs["lags"])
        assert told is not None
        assert np.sqrt(np.diag(told.robust)) == pytest.approx(answer["robust"], rel=1e-6)
        assert np.sqrt(np.diag(told.quasi)) == pytest.approx(answer["quasi"], rel=1e-6)


def test_the_trends_before_are_those_of_a_quasi_poisson_regression():
    for inputs, answer in vectors("statsmodels", "pre_trend"):
        topic, others = (
            [Point(float(k), int(y), t) for k, (y, t) in enumerate(zip(inputs[name], inputs["exposure"], strict=True))]
            for name in ("events", "others")
        )
        told = pre_trend(topic, others)
        assert told is not None
        assert told.dispersion == pytest.approx(answer["dispersion"], rel=1e-6)
        assert told.dispersion > 1
        figures = (told.estimate.value, told.estimate.low, told.estimate.high, told.estimate.p_value)
        assert figures == pytest.approx(tuple(answer[name] for name in NAMES), rel=1e-6)


def test_tickets_of_the_topic_fell_by_63_percent_against_other_topics():
    topic = Change(Rate(95, 40_000), Rate(33, 42_000))
    told = ratio_of_rate_ratios(topic, Change(Rate(400, 40_000), Rate(380, 42_000)))
    assert told is not None
    assert (told.value, told.low, told.high) == pytest.approx((0.366, 0.240, 0.557), abs=5e-4)


def test_bursts_make_a_change_less_sure():
    topic, others = Change(Rate(95, 4.0), Rate(33, 4.0)), Change(Rate(400, 4.0), Rate(380, 4.0))
    sure, less = ratio_of_rate_ratios(topic, others), ratio_of_rate_ratios(topic, others, dispersion=4.0)
    assert sure is not None
    assert less is not None
    assert np.log(less.high / less.low) == pytest.approx(2 * np.log(sure.high / sure.low))
    assert ratio_of_rate_ratios(topic, others, dispersion=0.3) == sure


def test_without_events_in_one_of_four_there_is_no_ratio():
    some, none = Rate(9, 4.0), Rate(0, 4.0)
    assert ratio_of_rate_ratios(Change(some, none), Change(some, some)) is None
    assert ratio_of_rate_ratios(Change(some, some), Change(Rate(9, 0.0), some)) is None


def weeks(before: list[int], after: list[int], gap: int = 0) -> list[Point]:
    return [Point(float(k), y, 100.0) for k, y in enumerate(before)] + [
        Point(float(len(before) + gap + k), y, 100.0, True) for k, y in enumerate(after)
    ]


def test_a_step_and_a_slope_are_found_without_noise():
    # 1,000 a week, growing by 1 % a week; halved at the launch, then 5 % less each further week.
    before = [round(100_000 * 1.01**k) for k in range(10)]
    after = [round(100_000 * 1.01 ** (12 + k) * 0.5 * 0.95**k) for k in range(6)]
    told = segmented(weeks(before, after, gap=2))
    assert told is not None
    assert told.trend_before.value == pytest.approx(1.01, abs=1e-4)
    assert told.level.value == pytest.approx(0.5, abs=1e-4)
    assert told.slope.value == pytest.approx(0.95, abs=1e-4)
    assert told.average.value == pytest.approx(0.5 * 0.95**2.5, abs=1e-4)


def test_short_or_empty_series_say_nothing():
    assert segmented(weeks([5] * 7, [5] * 4)) is None
    assert segmented(weeks([5] * 8, [5] * 3)) is None
    assert segmented(weeks([5] * 8, [0] * 4)) is None
    assert segmented(weeks([0] * 8, [5] * 4)) is None
    assert segmented([]) is None
    assert segmented([*weeks([5] * 8, [5] * 4), Point(99.0, 3, 0.0, True)]) is None
    assert pre_trend(weeks([5] * 7, []), weeks([5] * 8, [])) is None
    assert pre_trend(weeks([0] * 8, []), weeks([5] * 8, [])) is None


def test_a_week_on_the_wrong_side_of_the_launch_is_refused():
    with pytest.raises(ValueError, match="is_after"):
        segmented([*weeks([5] * 8, [5] * 4), Point(3.5, 5, 100.0, True)])


def simulated(draw: np.random.Generator, before: int, after: int, effect: float, burst: float) -> list[Point]:
    """Weekly tickets with a trend, a step and, if asked for, weeks that are bad by themselves, two in a row."""
    at = np.arange(before + after)
    shocks = draw.gamma(1 / burst, burst, before + after + 1) if burst else np.ones(before + after + 1)
    mean = 40 * 1.005**at * (shocks[1:] + shocks[:-1]) / 2 * np.where(at >= before, effect, 1)
    return [Point(float(k), int(y), 1.0, k >= before) for k, y in enumerate(draw.poisson(mean))]


# Of independent weeks the intervals are a little wide. Where bad weeks come in twos they are a little narrow; Newey and
# West's alone would hold 0.80, 0.85, 0.82 and 0.87.
@pytest.mark.parametrize(
    ("before", "after", "burst", "least", "most"),
    [(12, 8, 0.0, 0.95, 0.98), (26, 12, 0.0, 0.95, 0.98), (26, 12, 0.05, 0.91, 0.95), (60, 30, 0.05, 0.91, 0.95)],
)
def test_the_step_of_a_series_is_held_about_as_often_as_it_says(before, after, burst, least, most):
    draw = np.random.default_rng(before)
    told = [segmented(simulated(draw, before, after, 0.5, burst)) for _ in range(600)]
    for figure in ("level", "average"):
        hit = np.mean([not getattr(one, figure).excludes(0.5) for one in told])
        # 600 draws: two binomial errors of 0.95 are 0.018.
        assert least - 0.018 < hit < most + 0.018


@pytest.mark.parametrize("burst", [0.0, 0.1])
def test_difference_in_differences_holds_the_truth_once_bursts_are_counted_in(burst):
    draw = np.random.default_rng(7)
    plain, widened = [], []
    for _ in range(1000):
        # Twelve weeks each of 10 and of 60 tickets; both topics fall by a tenth, ours by half of that.
        means = [np.full((2, 12), 10.0) * [[1], [0.45]], np.full((2, 12), 60.0) * [[1], [0.9]]]
        drawn = [draw.poisson(one * (draw.gamma(1 / burst, burst, (2, 12)) if burst else 1)) for one in means]
        four = [Change(*(Rate(int(weeks.sum()), 12.0) for weeks in one)) for one in drawn]
        before = [[Point(float(k), int(y), 1.0) for k, y in enumerate(one[0])] for one in drawn]
        dispersion = pre_trend(*before).dispersion
        plain.append(not ratio_of_rate_ratios(*four).excludes(0.5))
        widened.append(not ratio_of_rate_ratios(*four, dispersion=dispersion).excludes(0.5))
    # 1,000 draws: three binomial errors of 0.95 are 0.021. A dispersion below 1 counts as 1, which is on the wide side.
    assert np.mean(plain) == pytest.approx(0.83 if burst else 0.95, abs=0.036 if burst else 0.021)
    # One dispersion for both, made larger by the topic with many tickets: 0.97 and 0.99.
    assert np.mean(widened) > 0.95 - 0.021


# The trend check errs towards "they differ" where bad weeks come in twos: what it then forbids is a claim.
@pytest.mark.parametrize(("burst", "wrong"), [(0.0, 0.05), (0.05, 0.13)])
def test_trends_that_are_one_are_told_apart_seldom(burst, wrong):
    draw = np.random.default_rng(6)
    told = [pre_trend(*(simulated(draw, 16, 0, 1.0, burst) for _ in range(2))) for _ in range(600)]
    # 600 draws: three binomial errors of 0.05 are 0.027, of 0.13 0.041.
    assert np.mean([one.estimate.excludes(1) for one in told]) == pytest.approx(wrong, abs=0.041 if burst else 0.027)
