"""What is watched every night keeps its promise at every look."""

import numpy as np
import pytest

from pipelines.impact.means import Moment, Sums, of_share, of_sums, welch
from pipelines.impact.proportions import Share
from pipelines.impact.sequential import watched, watched_difference, watched_mean
from tests.oracles.vectors import vectors


def test_the_interval_and_its_p_value_are_growthbooks():
    for inputs, answer in vectors("gbstats", "sequential"):
        make = {"share": lambda sums: of_share(Share(*sums)), "mean": lambda sums: of_sums(Sums(*sums))}[inputs["kind"]]
        told = watched_difference(make(inputs["treated"]), make(inputs["comparison"]), tuned_for=inputs["tuned_for"])
        figures = (told.value, told.low, told.high, told.p_value)
        expected = tuple(answer[name] for name in ("value", "low", "high", "p_value"))
        assert figures == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_p_value_is_below_a_twentieth_when_and_only_when_nought_lies_outside():
    for value in np.linspace(0, 0.2, 41):
        told = watched(float(value), 0.001, 4000)
        assert (told.p_value < 0.05) is told.excludes(0)


def test_of_one_person_or_of_what_never_varies_nothing_is_sure():
    assert watched_mean(Moment(1, 3.0, 0.0)).low is None
    told = watched_difference(Moment(9, 1.0, 0.0), Moment(9, 0.5, 0.0))
    assert (told.value, told.low, told.high, told.p_value) == (0.5, None, None, None)


def nights(shift: float, rollouts: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each rollout and each of 30 nights: is 0 left out, by the fixed interval and by the sequence?"""
    draw = np.random.default_rng(seed)
    people, rate = 150, 0.2
    treated = draw.binomial(people, rate + shift, (rollouts, 30)).cumsum(axis=1)
    comparison = draw.binomial(people, rate, (rollouts, 30)).cumsum(axis=1)
    fixed, always = np.zeros((2, rollouts, 30), dtype=bool)
    for rollout in range(rollouts):
        for night in range(30):
            n = people * (night + 1)
            one = of_share(Share(int(treated[rollout, night]), n))
            other = of_share(Share(int(comparison[rollout, night]), n))
            fixed[rollout, night] = welch(one, other).excludes(shift)
            always[rollout, night] = watched_difference(one, other).excludes(shift)
    return fixed, always


def test_thirty_looks_at_nothing_find_something_in_a_quarter_by_fixed_intervals_and_in_a_fiftieth_by_the_sequence():
    fixed, always = nights(0.0, 1000, 1)
    # 1,000 rollouts: three binomial errors of 0.28 are 0.043; of the promised 0.05, 0.02.
    assert fixed.any(axis=1).mean() == pytest.approx(0.28, abs=0.043)
    assert always.any(axis=1).mean() < 0.05
    # The one planned look is right all the same.
    assert fixed[:, -1].mean() == pytest.approx(0.05, abs=0.0207)


def test_where_there_is_an_effect_all_thirty_intervals_hold_it_as_often_as_they_say():
    _, always = nights(0.05, 500, 2)
    assert always.any(axis=1).mean() < 0.05
