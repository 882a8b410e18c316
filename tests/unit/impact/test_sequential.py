"""What is watched every night keeps its promise at every look."""

import numpy as np
import pytest

from pipelines.impact.means import Moment, PairSums, Sums, of_ratio, of_share, of_sums, welch
from pipelines.impact.proportions import Share
from pipelines.impact.sequential import watched, watched_difference, watched_mean, watched_shares
from tests.oracles.vectors import vectors

MAKES = {
    "share": lambda sums: of_share(Share(*sums)),
    "mean": lambda sums: of_sums(Sums(*sums)),
    "ratio": lambda sums: of_ratio(PairSums(*sums)),
}


def test_the_interval_and_its_p_value_are_growthbooks():
    for inputs, answer in vectors("gbstats", "sequential"):
        one, other = (MAKES[inputs["kind"]](inputs[side]) for side in ("treated", "comparison"))
        told = watched_difference(one, other, tuned_for=inputs["tuned_for"])
        figures = (told.value, told.low, told.high, told.p_value)
        expected = tuple(answer[name] for name in ("value", "low", "high", "p_value"))
        assert figures == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_p_value_is_below_a_twentieth_when_and_only_when_nought_lies_outside():
    for value in np.linspace(0, 0.2, 41):
        told = watched(float(value), 0.001, 4000)
        assert (told.p_value < 0.05) is told.excludes(0)


def test_a_small_group_or_one_that_never_varies_has_no_bounds():
    assert watched_mean(Moment(1, 3.0, 0.0)).low is None
    assert watched_mean(Moment(99, 3.0, 1.0)).low is None
    assert watched_mean(Moment(100, 3.0, 1.0)).low is not None
    assert watched_difference(Moment(99, 1.0, 1.0), Moment(900, 1.0, 1.0)).low is None
    told = watched_difference(Moment(900, 1.0, 0.0), Moment(900, 0.5, 0.0))
    assert (told.value, told.low, told.high, told.p_value) == (0.5, None, None, None)


def test_shares_have_bounds_once_ten_events_are_expected_in_the_smaller_group():
    # 20 of 1,000 have had it; of the smaller group's 499 people ten less one fiftieth are expected to.
    assert watched_shares(Share(0, 499), Share(20, 501)).low is None
    assert watched_shares(Share(0, 500), Share(20, 500)).low is not None
    assert watched_shares(Share(499, 499), Share(481, 501)).low is None
    assert watched_shares(Share(0, 0), Share(20, 500)) is None


def looks(share: float, rate: float, shift: float, rollouts: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each rollout and each of 30 nights with 300 people: is the truth left out, by both kinds of interval?"""
    draw = np.random.default_rng(seed)
    new = int(300 * share)
    treated = draw.binomial(new, rate + shift, (rollouts, 30)).cumsum(axis=1).tolist()
    comparison = draw.binomial(300 - new, rate, (rollouts, 30)).cumsum(axis=1).tolist()
    fixed, always = np.zeros((2, rollouts, 30), dtype=bool)
    for rollout in range(rollouts):
        for night in range(30):
            one = Share(treated[rollout][night], new * (night + 1))
            other = Share(comparison[rollout][night], (300 - new) * (night + 1))
            fixed[rollout, night] = welch(of_share(one), of_share(other)).excludes(shift)
            always[rollout, night] = watched_shares(one, other).excludes(shift)
    return fixed, always


def test_thirty_looks_at_nothing_find_something_in_a_quarter_by_fixed_intervals_and_in_a_fiftieth_by_the_sequence():
    fixed, always = looks(0.5, 0.2, 0.0, 1000, 1)
    # 1,000 rollouts: three binomial errors of 0.28 are 0.043, of 0.02 (below the promised 0.05) 0.013.
    assert fixed.any(axis=1).mean() == pytest.approx(0.28, abs=0.043)
    assert always.any(axis=1).mean() == pytest.approx(0.02, abs=0.013)
    # The one planned look is right all the same; three errors of 0.05 are 0.021.
    assert fixed[:, -1].mean() == pytest.approx(0.05, abs=0.021)


@pytest.mark.parametrize(("share", "rate"), [(0.1, 0.02), (0.01, 0.2), (0.1, 0.98)])
def test_a_small_group_at_a_rare_event_raises_no_more_false_alarms_than_is_promised(share, rate):
    _, always = looks(share, rate, 0.0, 400, 2)
    # 400 rollouts: two binomial errors of 0.05 are 0.022.
    assert always.any(axis=1).mean() < 0.05 + 0.022


def test_where_there_is_an_effect_all_thirty_intervals_hold_it_as_often_as_they_say():
    _, always = looks(0.5, 0.2, 0.05, 500, 3)
    assert always.any(axis=1).mean() < 0.05


def test_skewed_values_in_a_tenth_of_the_people_are_watched_without_more_false_alarms_than_is_promised():
    draw = np.random.default_rng(4)
    alarmed = 0
    for _ in range(400):
        sides = [draw.exponential(20, 30 * new).reshape(30, new) for new in (30, 270)]
        sums = [(side.sum(axis=1).cumsum(), (side**2).sum(axis=1).cumsum()) for side in sides]
        told = [
            watched_difference(
                *(of_sums(Sums(new * k, y[k - 1], yy[k - 1])) for new, (y, yy) in zip((30, 270), sums, strict=True))
            )
            for k in range(1, 31)
        ]
        alarmed += any(one.excludes(0) for one in told)
    # 400 rollouts: two binomial errors of 0.05 are 0.022.
    assert alarmed / 400 < 0.05 + 0.022
