"""How long stories take, held against figures by hand and against another's statistics."""

import numpy as np
import pytest
from scipy import stats

from pipelines.impact.lead_time import (
    Spans,
    censored_weights,
    log_ratio,
    mature,
    medians,
    shares_of_ends,
    step_and_slope,
    survival,
)
from pipelines.impact.resampling import Real, interval, multiplicities

DAY = 86_400.0
GENERATOR = np.random.default_rng


def once(count: int) -> Real:
    """The sample itself and no replicate."""
    return np.ones((1, count))


def drawn(seed: int, count: int = 60) -> tuple[Real, np.ndarray]:
    """Times of which about a third are censored, with ties."""
    generator = GENERATOR(seed)
    times, ages = generator.lognormal(1, 1, count).round(1) + 0.1, generator.lognormal(1.5, 1, count).round(1) + 0.1
    return np.minimum(times, ages), times <= ages


def test_open_stories_make_the_median_longer_than_the_finished_ones_alone_say():
    # Six finished after 3 to 20 days; four are open still, two of them for longer than most took.
    days = np.array([3, 6, 8, 9, 14, 20, 10, 12, 15, 21], dtype=float)
    is_ended = np.array([True] * 6 + [False] * 4)
    assert np.median(days[is_ended]) == 8.5
    assert medians(days, is_ended, once(10))[0] == 14


def test_a_median_that_is_not_reached_is_no_number():
    days, is_ended = np.array([3.0, 9, 9, 9]), np.array([True, False, False, False])
    assert np.isnan(medians(days, is_ended, once(4))[0])
    assert np.isnan(medians(days[:0], is_ended[:0], once(0))[0])


@pytest.mark.parametrize("seed", range(20))
def test_the_survival_is_that_of_kaplan_and_meier_as_scipy_has_it(seed):
    seconds, is_ended = drawn(seed)
    told = stats.ecdf(stats.CensoredData(seconds[is_ended], right=seconds[~is_ended])).sf
    times, lasting = survival(seconds, is_ended, once(len(seconds)))
    # The last of several stories that share a time has the value after all of them.
    last = np.append(np.flatnonzero(np.diff(times)), len(times) - 1)
    assert lasting[0, last] == pytest.approx(told.evaluate(times[last]), abs=1e-12)


def test_a_story_that_is_drawn_twice_counts_as_two_stories():
    seconds, is_ended = drawn(3, 12)
    weights = GENERATOR(4).integers(0, 3, 12).astype(float)
    again = np.repeat(np.arange(12), weights.astype(int))
    _, lasting = survival(seconds, is_ended, weights[None, :])
    _, one_by_one = survival(seconds[again], is_ended[again], once(len(again)))
    assert lasting[0, -1] == pytest.approx(one_by_one[0, -1])
    assert medians(seconds, is_ended, weights[None, :]) == pytest.approx(
        medians(seconds[again], is_ended[again], once(len(again))), nan_ok=True
    )


def test_where_all_have_ended_each_story_has_one_share():
    seconds = GENERATOR(1).lognormal(size=9)
    assert shares_of_ends(seconds, np.full(9, True), once(9))[0] == pytest.approx(np.full(9, 1 / 9))


def test_an_open_story_hands_its_share_to_those_that_last_longer():
    # Of four the second is open: the two that outlast it share its quarter. By hand.
    shares = shares_of_ends(np.array([4.0, 1, 2, 3]), np.array([True, True, False, True]), once(4))
    assert shares[0] == pytest.approx([3 / 8, 1 / 4, 0, 3 / 8])
    # The longest is open: what it holds is given to it as if it ended.
    shares = shares_of_ends(np.array([1.0, 2]), np.array([True, False]), once(2))
    assert shares[0] == pytest.approx([1 / 2, 1 / 2])


@pytest.mark.parametrize("seed", range(5))
def test_a_mean_under_the_shares_is_the_one_that_no_story_had_been_open_for(seed):
    generator = GENERATOR(seed)
    times, ages = generator.lognormal(0, 0.5, 4000), generator.lognormal(0.7, 0.5, 4000)
    seconds, is_ended = np.minimum(times, ages), times <= ages
    mean = float((shares_of_ends(seconds, is_ended, once(4000)) @ np.log(seconds))[0])
    assert mean == pytest.approx(np.log(times).mean(), abs=0.03)
    assert np.log(seconds[is_ended]).mean() < mean - 0.08


def two_sizes() -> Spans:
    """Small stories of 10 days and large ones of 40; after, each takes three quarters, but most are large."""
    rows = [(10, False, 0, 30), (40, False, 1, 10), (7.5, True, 0, 10), (30, True, 1, 30)]
    columns = [np.repeat([row[place] for row in rows], [row[3] for row in rows]) for place in range(3)]
    return Spans(
        columns[0] * DAY, np.full(80, True), columns[1].astype(bool), columns[2], np.zeros(80), np.full(80, 99 * DAY)
    )


def test_within_kinds_the_ratio_is_the_planted_one_and_the_plain_medians_turn_it_round():
    spans = two_sizes()
    weights = once(80)
    ratio = np.exp(log_ratio(spans, censored_weights(spans, weights)))[0]
    assert ratio == pytest.approx(0.75)
    after, before = (
        medians(spans.seconds[side], spans.is_ended[side], weights[:, side])
        for side in (spans.is_after, ~spans.is_after)
    )
    assert (after / before)[0] == 3


def test_a_kind_that_one_side_has_alone_weighs_nothing():
    spans = two_sizes()
    alone = Spans(
        spans.seconds, spans.is_ended, spans.is_after, np.where(spans.is_after, spans.stratum, 7), spans.begun,
        spans.followed,
    )  # fmt: skip
    assert np.isnan(log_ratio(alone, censored_weights(alone, once(80)))[0])
    half = spans.where((spans.stratum == 0) | spans.is_after)
    assert np.exp(log_ratio(half, censored_weights(half, once(70))))[0] == pytest.approx(0.75)


def series(slope: float, step: float, seed: int) -> Spans:
    """Two years of stories, the change after one; log times with a slope a year, a step, and two kinds."""
    generator = GENERATOR(seed)
    begun, stratum = generator.uniform(0, 2, 3000), generator.integers(0, 2, 3000)
    logs = 12 + stratum + slope * begun + step * (begun > 1) + generator.normal(0, 0.3, 3000)
    return Spans(np.exp(logs), np.full(3000, True), begun > 1, stratum, begun, np.full(3000, 9e9))


@pytest.mark.parametrize(("slope", "step"), [(-0.5, 0.0), (0.0, -0.3), (0.4, -0.3)])
def test_what_went_down_all_the_time_is_slope_and_no_step(slope, step):
    spans = series(slope, step, 1)
    censored = censored_weights(spans, once(3000))
    found_step, found_slope = step_and_slope(spans, censored)
    assert found_step[0] == pytest.approx(step, abs=0.05)
    assert found_slope[0] == pytest.approx(slope, abs=0.05)
    # By the plain least squares of a library, over the very columns.
    columns = np.column_stack([spans.begun, spans.is_after, spans.stratum == 0, spans.stratum == 1])
    known = np.linalg.lstsq(columns, np.log(spans.seconds), rcond=None)[0]
    assert (found_slope[0], found_step[0]) == pytest.approx((known[0], known[1]))


def test_what_began_too_late_to_have_ended_is_left_out_of_the_series_whether_it_ended_or_not():
    # Nineteen of twenty end within 19 days, so what is followed for less than that is too young.
    seconds = np.arange(1.0, 21) * DAY
    followed = np.where(np.arange(20) % 4 == 0, 12 * DAY, 99 * DAY)
    is_ended = seconds <= followed
    seconds = np.minimum(seconds, followed)
    spans = Spans(seconds, is_ended, np.full(20, True), np.zeros(20, dtype=int), np.zeros(20), followed)
    assert list(mature(spans)) == list(followed > 12 * DAY)
    assert mature(spans.where(np.zeros(20, dtype=bool))).size == 0


def test_without_anybody_before_there_is_neither_step_nor_slope():
    spans = series(0.3, 0.0, 1).where(series(0.3, 0.0, 1).is_after)
    step, slope = step_and_slope(spans, censored_weights(spans, once(len(spans.seconds))))
    assert np.isnan(step[0])
    assert np.isnan(slope[0])


def test_replicates_are_the_same_in_every_run_and_draw_as_many_as_there_are():
    weights = multiplicities(7, 500, 12)
    assert np.array_equal(weights, multiplicities(7, 500, 12))
    assert not np.array_equal(weights, multiplicities(7, 500, 13))
    assert np.array_equal(weights[0], np.ones(7))
    assert set(weights.sum(axis=1)) == {7.0}
    # Each is drawn or not as one chance in seven says, 500 times: 7 draws, within five standard errors.
    assert weights[1:].mean(axis=0) == pytest.approx(np.ones(7), abs=5 * (6 / 7 / 500) ** 0.5)


def test_the_interval_of_a_mean_is_that_of_student_where_developers_are_few():
    values = GENERATOR(5).normal(3, 1, 8)
    weights = multiplicities(8, 4000, 1)
    low, high = interval(weights @ values / 8, 8) or (0, 0)
    known = stats.t.interval(0.95, 7, values.mean(), values.std(ddof=1) / 8**0.5)
    assert (low, high) == pytest.approx(known, abs=0.12)


def test_what_most_replicates_lack_has_no_interval():
    figures = np.array([1.0, 2, np.nan, np.nan, 3])
    assert interval(figures, 5) is None
    assert interval(np.array([1.0, 2, 3, 4]), 1) is None
