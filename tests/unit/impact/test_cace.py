"""The effect among compliers, held against two-stage least squares on people and by counting how often it is right."""

import math

import numpy as np
import pytest

from pipelines.impact.cace import Compliers, compliers
from pipelines.impact.distributions import binomial_at_least
from pipelines.impact.means import PairSums, Sums, of_sums, welch

Arms = tuple[np.ndarray, np.ndarray, np.ndarray]


def people(seed: int, n: int = 2_000, uptake: float = 0.3, effect: float = 0.4, always: float = 0.05) -> Arms:
    """Return who was offered it, who used it, and their outcome: those who use it are better off anyway."""
    draw = np.random.default_rng(seed)
    keen = draw.normal(size=n)
    offered = draw.uniform(size=n) < 0.5
    kind = draw.uniform(size=n)
    complies = (kind >= always) & (kind < always + uptake)
    used = (kind < always) | (complies & offered)
    return offered, used, effect * used + 0.8 * (kind < always + uptake) + keen


def sums(y: np.ndarray, x: np.ndarray) -> PairSums:
    x = x.astype(float)
    return PairSums(len(y), *(float(one.sum()) for one in (y, y * y, x, x * x, x * y)))


def pair(told: Arms) -> tuple[PairSums, PairSums]:
    offered, used, y = told
    return sums(y[offered], used[offered]), sums(y[~offered], used[~offered])


def found(*strata: tuple[PairSums, PairSums]) -> Compliers:
    told = compliers(strata)
    assert told is not None
    return told


def test_the_figure_and_its_reach_are_those_of_two_stage_least_squares_with_robust_errors():
    """The closed form on people: beta = (Z'X)^-1 Z'y, its variance a sandwich of squared residuals."""
    offered, used, y = people(1, n=50_000)
    x, z = (np.column_stack([np.ones(len(y)), one]) for one in (used, offered))
    bread = np.linalg.inv(z.T @ x)
    beta = bread @ z.T @ y
    meat = (z * ((y - x @ beta) ** 2)[:, None]).T @ z
    error = math.sqrt((bread @ meat @ bread.T)[1, 1])
    told = found(pair((offered, used, y)))
    assert told.estimate.value == pytest.approx(beta[1], rel=1e-9)
    assert told.share == pytest.approx(used[offered].mean() - used[~offered].mean(), rel=1e-12)
    assert (told.estimate.high - told.estimate.low) / 2 == pytest.approx(1.959964 * error, rel=2e-3)


def test_the_interval_holds_every_effect_that_leaves_the_arms_alike_and_no_other():
    """Taken off those who used it, an end of the interval leaves a difference of exactly 1.96 standard errors."""
    offered, used, y = people(2)
    told = found(pair((offered, used, y))).estimate
    for end in (told.low, told.high):
        left = y - end * used
        one, other = (of_sums(Sums.of(left[side])) for side in (offered, ~offered))
        difference = one.mean - other.mean
        assert abs(difference) / math.sqrt(one.squared_error + other.squared_error) == pytest.approx(1.959964, rel=1e-6)


@pytest.mark.parametrize(("uptake", "effect"), [(0.5, 0.5), (0.25, 0.0), (0.12, 1.0)])
def test_such_intervals_hold_the_truth_however_few_use_it(uptake, effect):
    told = [compliers([pair(people(seed, 1_000, uptake, effect))]) for seed in range(400)]
    known = [one.estimate for one in told if one]
    assert len(known) > 350
    missed = sum(one.excludes(effect) for one in known)
    assert binomial_at_least(missed, len(known), 0.05) > 0.001


def test_what_the_offer_does_not_clearly_do_has_no_effect_among_users_either():
    for seed in range(30):
        one, other = pair(people(seed, effect=0.15))
        plain = welch(*(of_sums(Sums(side.n, side.y, side.yy)) for side in (one, other)))
        told = found((one, other)).estimate
        assert told.excludes(0) == (plain.p_value < 0.05) or abs(plain.p_value - 0.05) < 0.001
        assert told.p_value == pytest.approx(plain.p_value, abs=0.002)


def test_where_the_offer_makes_hardly_anybody_use_it_nothing_is_told():
    offered, used, y = people(3, n=300, uptake=0.02)
    assert compliers([pair((offered, used, y))]) is None
    assert compliers([pair((~offered, used, y))]) is None
    assert compliers([]) is None
    nobody = PairSums(0, 0, 0, 0, 0, 0)
    assert compliers([(nobody, nobody)]) is None


def test_steps_that_differ_are_compared_within_themselves_in_whatever_order_they_come():
    early, late = people(4), people(5)
    late = (late[0], late[1], late[2] + 10)
    strata = [pair(early), pair(late)]
    told = found(*strata)
    assert found(*reversed(strata)).estimate.value == pytest.approx(told.estimate.value, rel=1e-12)
    assert told.estimate.value == pytest.approx(0.4, abs=0.25)
    alone = [found(one).estimate.value for one in strata]
    assert min(alone) <= told.estimate.value <= max(alone)
