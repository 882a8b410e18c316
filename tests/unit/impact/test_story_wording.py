"""Sentences: a grade's own verb, and figures as a reader wants them."""

import pytest

from pipelines.impact import story_wording as words
from pipelines.impact.estimate import Estimate
from pipelines.impact.evalue import EValue

RATIO = words.Told("returned_d1_d7", Estimate(1.0812, 1.0341, 1.1309, "m"), True, 7_990, 422)
CLOSE = words.Told("returned_d1_d7", Estimate(1.0234, 1.0011, 1.0462, "m"), True, 79_900, 4_220)
POINTS = words.Told("bought_7d", Estimate(0.125, 0.0204, 0.2698, "m"), False, 40, 35)


@pytest.mark.parametrize(
    ("value", "told"), [(0.10437, "0.104"), (8.412, "8.41"), (8412.4, "8,412"), (99.96, "100"), (None, "unknown")]
)
def test_three_digits_are_what_a_reader_wants(value, told):
    assert words.number(value) == told


def test_an_effect_by_lot_is_told_with_its_interval_its_people_and_how_it_was_drawn():
    assert words.of_randomised(RATIO, 1, "randomised 10 % rollout") == (
        "Increased: users offered it were 1.08 times as likely to be active again within days 1 to 7"
        " (95 % CI 1.03 to 1.13; randomised 10 % rollout, n = 7,990 against 422)."
    )
    assert words.of_randomised(POINTS, 0, "randomised 50 % rollout") == (
        "No clear effect: users offered it differ by +12.5 points in how many bought something within 7 days"
        " (95 % CI +2.0 to +27.0; randomised 50 % rollout, n = 40 against 35)."
    )


def test_rounding_does_not_hide_on_which_side_of_one_a_bound_lies():
    assert "1.001 to 1.05" in words.of_randomised(CLOSE, 1, "h")
    assert words.times(1.0) == "1.00"


@pytest.mark.parametrize(
    "told",
    [
        words.of_staggered(RATIO, 1), words.of_staggered(POINTS, 0), words.of_naive(RATIO),
        words.of_landmark(RATIO, 1, EValue(1.4, 1.2), is_turned_round=True),
        words.of_landmark(RATIO, 0, None, is_turned_round=False),
    ],
)  # fmt: skip
def test_no_other_grade_has_the_verb_of_an_effect(told):
    for verb in ("ncreased", "ecreased", "caused by", "because of"):
        assert verb not in told
    assert "n = " in told
    assert "95 % CI" in told


def test_what_would_explain_a_difference_away_is_told_only_where_it_is_one():
    told = words.of_landmark(RATIO, 1, EValue(1.4, 1.2), is_turned_round=False)
    assert "something else 1.20 times as likely on both counts would explain it" in told
    assert "explain" not in words.of_landmark(RATIO, 0, EValue(1.4, 1.0), is_turned_round=False)


def test_shares_are_percentages_and_of_few_people_counts_alone():
    share = Estimate(0.23, 0.22186, 0.23835, "Wilson")
    assert words.of_share("exposed_active", "tried_month", share, 10_000) == (
        "23 % of 10,000 active users who met it tried it (95 % CI 22.2 to 23.8)."
    )
    few = words.of_few("exposed_active", "tried_month", 5, 12)
    assert few == "5 of 12 active users who met it tried it: too few for a percentage."
