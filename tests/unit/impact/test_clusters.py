"""Accounts are drawn, users are counted: the interval is of accounts."""

import numpy as np
import pytest

from pipelines.impact.clusters import clustered
from pipelines.impact.means import PairSums, mean, of_ratio
from pipelines.impact.resampling import Real


def spent_by_user(sums: Real) -> Real:
    return sums[:, 0] / sums[:, 1]


def risk_ratio(sums: Real) -> Real:
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums[:, 0] / sums[:, 1] / (sums[:, 2] / sums[:, 3])


def test_of_many_accounts_the_bootstrap_says_what_the_delta_method_says():
    draw = np.random.default_rng(1)
    users = draw.integers(1, 40, 500).astype(float)
    spent = users * draw.gamma(4, 0.5, 500)
    told = clustered(np.column_stack([spent, users]), spent_by_user, 500, "revenue")
    delta = mean(of_ratio(PairSums(500, *(float(x.sum()) for x in (spent, spent**2, users, users**2, spent * users)))))
    assert told is not None
    assert told.value == pytest.approx(delta.value)
    assert (told.low, told.high) == pytest.approx((delta.low, delta.high), abs=0.1 * (delta.high - delta.low))


def arms(draw: np.random.Generator, accounts: int) -> Real:
    """Accounts in one of two arms each, of 5 to 30 users who are alike: come back, users, by arm."""
    rows = np.zeros((accounts, 4))
    for account in range(accounts):
        users, place = int(draw.integers(5, 31)), 2 * (account % 2)
        rows[account, place : place + 2] = draw.binomial(users, draw.beta(3, 7)), users
    return rows


def test_a_feature_that_does_nothing_is_found_to_do_something_as_seldom_as_is_promised():
    draw = np.random.default_rng(2)
    told = [clustered(arms(draw, 40), risk_ratio, 20, str(k), is_ratio=True) for k in range(400)]
    assert all(one is not None for one in told)
    # 400 draws: three binomial errors of 0.05 are 0.033.
    assert np.mean([one.excludes(1) for one in told]) == pytest.approx(0.05, abs=0.033)


def test_two_runs_are_equal_and_another_name_draws_others():
    rows = arms(np.random.default_rng(3), 30)
    one, again, other = (clustered(rows, risk_ratio, 15, name, is_ratio=True) for name in ("a", "a", "b"))
    assert one == again
    assert one is not None
    assert other is not None
    assert one.value == other.value
    assert one.low != other.low


def test_one_account_on_a_side_has_a_figure_and_no_interval():
    told = clustered(np.array([[3.0, 10, 0, 0], [0, 0, 2, 9]]), risk_ratio, 1, "two", is_ratio=True)
    assert told is not None
    assert told.value == pytest.approx(0.3 / (2 / 9))
    assert (told.low, told.high) == (None, None)
    assert clustered(np.zeros((0, 4)), risk_ratio, 0, "none") is None


def test_too_many_accounts_are_sent_to_the_delta_method():
    with pytest.raises(ValueError, match="of_ratio"):
        clustered(np.zeros((5001, 2)), spent_by_user, 5001, "all")
