"""How sure a median of times is of which some have not ended, held against lifelines."""

import numpy as np
import pytest

from pipelines.impact.survival import median_time, share_ended
from tests.oracles.vectors import vectors


def given(inputs: dict) -> tuple[np.ndarray, np.ndarray]:
    return np.array(inputs["times"]), np.array(inputs["is_ended"], dtype=bool)


def test_the_median_and_its_interval_are_those_of_lifelines():
    for inputs, answer in vectors("lifelines", "median_time"):
        told = median_time(*given(inputs))
        assert told is not None
        assert (told.value, told.low, told.high) == (answer["value"], answer["low"], answer["high"])


def test_the_share_that_has_ended_by_a_time_is_that_of_lifelines():
    for inputs, answer in vectors("lifelines", "share_ended"):
        told = share_ended(*given(inputs), inputs["at"])
        assert told is not None
        assert told.value == pytest.approx(answer["value"], abs=1e-9)
        if told.low is not None:
            assert (told.low, told.high) == pytest.approx((answer["low"], answer["high"]), abs=1e-6)


def test_open_stories_make_the_median_14_days_and_its_interval_6_to_20():
    ended, still_open = [4, 5, 6, 7, 8, 9, 14, 16, 20, 22], [5, 10, 11, 13, 16]
    told = median_time(np.array(ended + still_open, float), np.repeat([True, False], [10, 5]))
    assert told is not None
    assert (told.value, told.low, told.high) == (14, 6, 20)


def test_rows_that_stand_for_several_count_as_several():
    draw = np.random.default_rng(4)
    times, is_ended, counts = draw.integers(1, 9, 20) * 1.0, draw.random(20) < 0.7, draw.integers(1, 5, 20)
    once = np.repeat(times, counts), np.repeat(is_ended, counts)
    assert median_time(times, is_ended, counts * 1.0) == median_time(*once)
    grouped, single = share_ended(times, is_ended, 4.0, counts * 1.0), share_ended(*once, 4.0)
    assert grouped is not None
    assert single is not None
    assert (grouped.value, grouped.low, grouped.high) == pytest.approx((single.value, single.low, single.high))


def test_what_is_not_reached_is_no_number():
    told = median_time(np.array([3.0, 9, 9, 9]), np.array([True, False, False, False]))
    assert told is not None
    assert (told.value, told.high) == (None, None)
    assert median_time(np.array([]), np.array([], dtype=bool)) is None


def test_beyond_those_who_were_followed_the_curve_knows_nothing():
    times, is_ended = np.array([1.0, 2, 3]), np.array([True, True, False])
    assert share_ended(times, is_ended, 3.5) is None
    assert share_ended(np.array([]), np.array([], dtype=bool), 1.0) is None
    none_yet, all_of_them = share_ended(times, is_ended, 0.5), share_ended(times, np.full(3, True), 3.0)
    assert none_yet is not None
    assert (none_yet.value, none_yet.low) == (0, None)
    assert all_of_them is not None
    assert (all_of_them.value, all_of_them.low) == (1, None)


def test_the_share_who_tried_a_feature_within_a_week_holds_the_truth_though_some_saw_it_yesterday():
    draw = np.random.default_rng(5)
    told = []
    for _ in range(800):
        tried, seen_ago = draw.exponential(20, 150), draw.uniform(0, 30, 150)
        told.append(share_ended(np.minimum(tried, seen_ago), tried <= seen_ago, 7.0))
    # 800 draws: three binomial errors of 0.95 are 0.023.
    truth = 1 - np.exp(-7 / 20)
    assert np.mean([not one.excludes(truth) for one in told]) == pytest.approx(0.95, abs=0.023)
    assert np.mean([one.value for one in told]) == pytest.approx(truth, abs=0.005)


def test_the_median_of_censored_times_is_held_as_often_as_it_says():
    draw = np.random.default_rng(6)
    hit = []
    for _ in range(800):
        times, ages = draw.lognormal(2, 0.8, 60), draw.uniform(1, 40, 60)
        hit.append(not median_time(np.minimum(times, ages), times <= ages).excludes(np.exp(2)))
    # 800 draws: three binomial errors of 0.95 are 0.023; the log-log interval is known to be a little wide.
    assert 0.95 - 0.023 < np.mean(hit) < 0.965 + 0.023
