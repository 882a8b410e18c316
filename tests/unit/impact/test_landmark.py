"""People who use a feature that does nothing come back more often, until they are compared with their like."""

import numpy as np
import pytest

from pipelines.impact.landmark import landmark
from pipelines.impact.proportions import Share


def company(draw: np.random.Generator, effect: float = 1.0, people: int = 6000) -> list[tuple[Share, Share]]:
    """Users and others by how many days of a month they were active: the busy meet the feature, and come back."""
    found = []
    for use, back in ((0.05, 0.10), (0.15, 0.25), (0.35, 0.45), (0.6, 0.7)):
        n = people // 4
        users = int(draw.binomial(n, use))
        told = int(draw.binomial(users, back * effect)), int(draw.binomial(n - users, back))
        found.append((Share(told[0], users), Share(told[1], n - users)))
    return found


def test_a_feature_that_does_nothing_has_a_crude_ratio_far_from_one_and_one_within_strata():
    draw = np.random.default_rng(1)
    told = [landmark(company(draw)) for _ in range(600)]
    assert np.mean([one.crude.value for one in told]) > 1.3
    # 600 draws: three binomial errors of 0.05 are 0.027.
    assert np.mean([one.ratio.estimate.excludes(1) for one in told]) == pytest.approx(0.05, abs=0.027)
    assert np.mean([one.difference.estimate.excludes(0) for one in told]) == pytest.approx(0.05, abs=0.027)
    assert all(one.crude.excludes(1) for one in told)


def test_a_ratio_that_holds_in_each_stratum_comes_with_what_would_explain_it_away():
    told = landmark(company(np.random.default_rng(2), effect=1.3, people=40_000))
    assert told is not None
    assert told.ratio.estimate.value == pytest.approx(1.3, abs=0.05)
    assert told.e_value is not None
    assert told.e_value.point == pytest.approx(1.3 + (1.3 * 0.3) ** 0.5, abs=0.1)
    assert 1 < told.e_value.bound < told.e_value.point
    assert not told.is_turned_round


def test_a_mix_that_turns_the_figure_round_is_said():
    # In both strata users come back more; most users are of the kind that hardly comes back.
    told = landmark([(Share(110, 1000), Share(10, 100)), (Share(55, 100), Share(500, 1000))])
    assert told is not None
    assert told.crude is not None
    assert told.crude.value < 1 < told.ratio.estimate.value
    assert told.is_turned_round


def test_without_users_who_came_back_there_is_nothing_to_tell():
    assert landmark([(Share(0, 10), Share(5, 10))]) is None
    assert landmark([(Share(0, 0), Share(5, 10))]) is None
    assert landmark([]) is None
