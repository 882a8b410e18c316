"""Means, lifts and ratios of sums, held against others' engines and by counting how often intervals hold the truth."""

import numpy as np
import pytest

from pipelines.impact.means import Moment, PairSums, Sums, mean, of_ratio, of_share, of_sums, relative_lift, welch
from pipelines.impact.proportions import Share
from tests.oracles.vectors import vectors


def moment(kind: str, sums: list[float]) -> Moment:
    made = {"share": lambda: of_share(Share(*sums)), "mean": lambda: of_sums(Sums(*sums)),
            "ratio": lambda: of_ratio(PairSums(*sums))}[kind]()  # fmt: skip
    assert made is not None
    return made


def test_welchs_interval_is_the_one_that_statsmodels_gives():
    for inputs, answer in vectors("statsmodels", "welch"):
        told = welch(moment("mean", inputs["treated"]), moment("mean", inputs["comparison"]))
        assert (told.low, told.high) == pytest.approx((answer["low"], answer["high"]), rel=1e-6)
        assert told.p_value == pytest.approx(answer["p_value"], rel=1e-6)


def test_one_mean_has_students_interval():
    for inputs, answer in vectors("statsmodels", "mean"):
        told = mean(moment("mean", inputs["sums"]))
        assert (told.low, told.high) == pytest.approx((answer["low"], answer["high"]), rel=1e-6)


@pytest.mark.parametrize(("function", "asked"), [(welch, "absolute"), (relative_lift, "relative")])
def test_differences_and_lifts_of_shares_means_and_ratios_are_growthbooks(function, asked):
    for inputs, answer in vectors("gbstats", asked):
        told = function(moment(inputs["kind"], inputs["treated"]), moment(inputs["kind"], inputs["comparison"]))
        assert told is not None
        figures = (told.value, told.low, told.high, told.p_value)
        expected = tuple(answer[name] for name in ("value", "low", "high", "p_value"))
        assert figures == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_scale_that_is_read_changes_the_p_value_so_it_is_chosen_before():
    one, other = moment("share", [960, 4000]), moment("share", [876, 4000])
    absolute, relative = welch(one, other), relative_lift(one, other)
    assert relative is not None
    assert absolute.p_value < relative.p_value < 1.5 * absolute.p_value


def test_a_value_above_the_cap_counts_as_the_cap():
    assert Sums.of([1, 2, 500], cap=10) == Sums(3, 13, 105)
    assert Sums.of([]) == Sums(0, 0, 0)


def test_what_is_a_multiple_of_its_denominator_has_a_ratio_without_any_spread():
    users = [13.0, 8, 11, 20]
    sums = PairSums(4, sum(2.5 * u for u in users), sum((2.5 * u) ** 2 for u in users), sum(users),
                    sum(u * u for u in users), sum(2.5 * u * u for u in users))  # fmt: skip
    told = of_ratio(sums)
    assert told is not None
    assert told.mean == pytest.approx(2.5)
    assert told.variance == pytest.approx(0, abs=1e-9)


def test_one_unit_has_a_mean_and_no_interval():
    assert of_sums(Sums(1, 5, 25)) is None
    alone = Moment(1, 5.0, 0.0)
    assert (mean(alone).low, welch(alone, Moment(9, 4.0, 2.0)).low) == (None, None)
    assert welch(alone, Moment(9, 4.0, 2.0)).value == 1


def test_where_nothing_varies_nothing_is_sure():
    # All have 0.1; its square sums up to something else than (0.3)^2 / 3 by rounding.
    same = of_sums(Sums.of([0.1] * 3))
    assert same is not None
    assert same.variance == 0
    assert welch(same, same).low is None


def test_a_base_that_is_nearly_nothing_has_no_lift():
    few, none = moment("share", [8, 3000]), moment("share", [0, 3000])
    assert relative_lift(moment("share", [20, 3000]), none) is None
    assert relative_lift(few, few) is None
    assert relative_lift(few, moment("share", [10, 3000])) is not None
    assert of_share(Share(0, 0)) is None
    assert of_ratio(PairSums(3, 1, 1, 0, 0, 0)) is None


def coverage(lows: np.ndarray, highs: np.ndarray, truth: float) -> float:
    return float(((lows <= truth) & (truth <= highs)).mean())


def test_welchs_interval_and_the_lifts_hold_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(7)
    treated, comparison = draw.gamma(2.2, 1, (2000, 200)), draw.gamma(2, 1, (2000, 600))
    pairs = [(of_sums(Sums.of(one)), of_sums(Sums.of(other))) for one, other in zip(treated, comparison, strict=True)]
    absolute = [welch(one, other) for one, other in pairs]
    relative = [relative_lift(one, other) for one, other in pairs]
    # 2,000 draws: three binomial errors of 0.95 are 0.0146.
    for told, truth in ((absolute, 0.2), (relative, 0.1)):
        lows, highs = np.array([one.low for one in told]), np.array([one.high for one in told])
        assert coverage(lows, highs, truth) == pytest.approx(0.95, abs=0.0146)


def test_revenue_per_user_of_drawn_accounts_holds_the_truth_where_users_as_units_do_not():
    draw = np.random.default_rng(8)
    by_account, by_user = [], []
    for _ in range(800):
        users = draw.integers(1, 40, 300).astype(float)
        # What the users of one account spend is the same: all of the spread is between accounts.
        spent = draw.gamma(2, 1.5, 300)
        revenue = users * spent
        sums = PairSums(300, *(float(one.sum()) for one in (revenue, revenue**2, users, users**2, revenue * users)))
        by_account.append(mean(of_ratio(sums)))
        by_user.append(mean(of_sums(Sums(int(users.sum()), float(revenue.sum()), float((users * spent**2).sum())))))
    # 800 draws: three binomial errors of 0.95 are 0.023.
    assert np.mean([not one.excludes(3.0) for one in by_account]) == pytest.approx(0.95, abs=0.023)
    assert np.mean([not one.excludes(3.0) for one in by_user]) < 0.6
