"""What a story's rows say, and what they refuse to say."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from pipelines.impact.story_impact import COUNTS, EPOCHS, measure
from tests.unit.impact.rollouts import AS_OF, FULL, Rollout, frames, rollout

HALF = ((50, "throughout"),)


def rows(*rollouts: Rollout, **epoch: Any) -> pl.DataFrame:
    return measure(frames(*rollouts, **epoch))


def one(told: pl.DataFrame, metric: str = "returned_d1_d7", audience: str = "exposed") -> dict[str, Any]:
    (row,) = told.filter(metric=metric, audience=audience).to_dicts()
    return row


def cut(drawn: Rollout, *conditions: pl.Expr) -> Rollout:
    return Rollout(drawn.people.filter(*conditions), drawn.on, drawn.off)


def test_drawn_by_lot_with_nobody_changing_sides_is_grade_a_and_may_say_increased():
    row = one(rows(rollout(1, steps=HALF, back=0.9)))
    assert (row["evidence_grade"], row["answer"], row["is_primary"], row["ci_of"]) == ("A", "increased", True, "ratio")
    assert row["wording"].startswith("Increased: users offered it were 1.")
    assert "randomised 50 % rollout" in row["wording"]
    assert f"n = {row['n']:,} against {row['n_comparison']:,}" in row["wording"]
    assert row["n"] + row["n_comparison"] == 4_000
    assert row["variance_ratio"] < 0.95
    assert row["q_value"] is None


def test_of_whom_others_got_it_within_the_window_only_an_association_is_told():
    row = one(rows(rollout(1, steps=((50, "partly"),), back=0.9)))
    assert (row["evidence_grade"], row["answer"]) == ("B", "higher")
    assert "is associated with" in row["wording"]
    assert "dilutes" in row["wording"]
    assert "ncreased" not in row["wording"] + row["reason"]


def test_those_who_changed_sides_are_left_out_of_grade_a_and_counted():
    row = one(rows(rollout(1, steps=((10, "partly"), (50, "throughout"), (100, "none")))))
    assert row["evidence_grade"] == "A"
    assert 0 < row["n_excluded_uncontrolled"] < 2_000
    assert row["n"] + row["n_comparison"] + row["n_excluded_uncontrolled"] == pytest.approx(2_667, abs=150)


@pytest.mark.parametrize("lost", [0.15, 1.0])
def test_arms_that_are_not_as_they_were_drawn_tell_no_effect(lost):
    """A feature that crashes for one in seven, and a product that logs those without it alone."""
    told = rows(rollout(1, steps=HALF, back=0.9, lost=lost))
    for row in told.filter(audience="exposed").to_dicts():
        if row["metric"] != "adopted_7d":
            assert (row["answer"], row["evidence_grade"], row["ratio"]) == ("sample_ratio_off", None, None)
            assert row["sample_ratio_p_value"] < 0.001
    assert told.filter(audience="compliers").is_empty()


def test_what_was_rolled_back_claims_nothing_of_anything():
    told = rows(rollout(1, steps=HALF, back=0.9), rolled_back_at=FULL, full_at=None)
    assert set(told["answer"]) == {"rolled_back"}
    assert (
        told.select("evidence_grade", "value", "ratio", "difference", "ci_low").null_count().row(0) == (len(told),) * 5
    )
    assert set(told["wording"]) == {"Rolled back on 1 Jan 2026; nothing is claimed."}


def test_before_the_day_that_was_settled_no_comparison_is_told_and_shares_are():
    told = rows(rollout(1, steps=HALF, back=0.9), known_until=FULL + timedelta(days=29))
    assert one(told)["answer"] == "too_early"
    assert one(told)["wording"] == "Too early to tell: it is looked at on 31 Jan 2026."
    assert set(told.filter(pl.col("ratio").is_not_null()).rows()) == set()
    assert one(told, "adopted_7d", "exposed_treated")["answer"] == "described"


def test_where_people_go_on_to_come_the_interval_holds_at_every_look():
    plain, watched = (one(rows(rollout(1, steps=HALF, back=0.3), full_at=full)) for full in (FULL, None))
    assert watched["method"].startswith("watched without end")
    assert watched["ratio"] is None
    assert (watched["ci_high"] - watched["ci_low"]) > 1.3 * (plain["difference_high"] - plain["difference_low"])


def test_after_an_earlier_rollout_activity_before_is_no_longer_taken_into_account():
    """Those who get it again had it before, so their past is touched by it."""
    assert "CUPED" in one(rows(rollout(1, steps=HALF)))["method"]
    again = one(rows(rollout(1, steps=HALF), epoch=2))
    assert again["method"] == "Koopman score ratio, Newcombe difference"
    assert again["variance_ratio"] is None


def test_ten_events_are_needed_for_a_ratio_and_thirty_people_for_anything():
    few = rollout(1, people=400, steps=HALF)
    idle = Rollout(few.people.with_columns(bought_7d=pl.lit(0.0)), few.on, few.off)
    row = one(rows(idle), "bought_7d")
    assert (row["ratio"], row["ci_of"], row["numerator"], row["value"]) == (None, "difference", 0, 0)
    assert row["ci_low"] < 0 < row["ci_high"]
    told = rows(rollout(1, people=50, steps=HALF))
    assert set(told.filter(audience="exposed")["answer"]) == {"not_enough_data"}
    assert told.filter(pl.col("n") < 30)["value"].null_count() == told.filter(pl.col("n") < 30).height


def test_means_want_a_hundred_people_in_each_arm():
    assert one(rows(rollout(1, people=180, steps=HALF)), "revenue_7d")["answer"] == "not_enough_data"
    row = one(rows(rollout(1, people=400, steps=HALF)), "events_7d")
    assert row["evidence_grade"] == "A"
    assert (row["unit"], row["ci_of"]) == ("per_person", "ratio")


def test_whoever_waits_is_counted_and_a_story_that_waits_for_all_is_too_early():
    waiting = Rollout(rollout(1, steps=HALF).people.with_columns(is_waiting=pl.int_range(pl.len()) % 4 == 0), *[[]] * 2)
    row = one(rows(waiting))
    assert (row["evidence_grade"], row["n_excluded_immature"], row["is_mature"]) == ("A", 1_000, False)
    assert row["n"] + row["n_comparison"] == 3_000
    nobody = Rollout(waiting.people.with_columns(is_waiting=pl.lit(value=True)), *[[]] * 2)
    assert one(rows(nobody))["answer"] == "too_early"


def test_a_feature_that_all_got_at_once_has_nobody_to_be_compared_with():
    told = rows(rollout(1, steps=((100, "none"),)))
    assert one(told)["answer"] == "no_comparison"
    assert one(told, "returned_d7_d13", "landmark_day_7")["evidence_grade"] == "C"


def test_users_who_have_no_like_among_the_others_are_not_compared():
    drawn = rollout(1, steps=HALF)
    told = rows(cut(drawn, ~((pl.col("x") > 4) & ~pl.col("used") & (pl.col("arm") == "treated"))))
    row = one(told, "returned_d7_d13", "landmark_day_7")
    assert (row["answer"], row["evidence_grade"], row["ratio"]) == ("not_enough_data", None, None)


def test_the_people_told_beside_an_adjusted_figure_are_those_who_were_compared():
    """The busiest users had no like among the others; they were in the counts, and not in the ratio."""
    everybody = rollout(1, steps=((100, "none"),))
    row = one(rows(cut(everybody, (pl.col("x") <= 13) | pl.col("used"))), "returned_d7_d13", "landmark_day_7")
    alike = everybody.people.filter(pl.col("x") <= 13)
    users, others = alike.filter("used"), alike.filter(~pl.col("used"))
    assert (row["evidence_grade"], row["n"], row["n_comparison"]) == ("C", users.height, others.height)
    assert row["numerator"] == users["returned_d7_d13"].sum()
    assert row["value"] == pytest.approx(users["returned_d7_d13"].mean())
    assert row["comparison_value"] == pytest.approx(others["returned_d7_d13"].mean())
    assert f"n = {row['n']:,} against {row['n_comparison']:,}" in row["wording"]


def test_what_use_does_is_the_offers_effect_divided_by_whom_it_made_use_it():
    told = rows(rollout(1, steps=HALF, back=0.9), epoch=2)
    offer, users = one(told), one(told, audience="compliers")
    adopted = one(told, "adopted_7d", "exposed_treated")["value"]
    assert users["evidence_grade"] == "A"
    assert users["difference"] == pytest.approx(offer["difference"] / adopted, rel=1e-6)
    assert users["wording"].startswith("Increased: among the ")
    assert told.filter(audience="compliers", metric="bought_7d")["answer"].to_list() == ["no_clear_effect"]


def test_what_use_does_is_no_effect_where_the_offers_is_one_of_many_that_may_be_chance():
    """A purchase that differs by itself, at p of about 0.02, is called nothing under either name."""
    drawn = rollout(4, people=3_000, steps=HALF)
    people = drawn.people.with_row_index("number")
    more = people.filter(pl.col("used"), pl.col("bought_7d") == 0)["number"].head(44)
    told = rows(Rollout(people.with_columns(
        bought_7d=pl.when(pl.col("number").is_in(more.implode())).then(1.0).otherwise("bought_7d")
    ).drop("number"), drawn.on, drawn.off))  # fmt: skip
    offer, users = (one(told, "bought_7d", audience) for audience in ("exposed", "compliers"))
    assert offer["p_value"] < 0.05 < offer["q_value"]
    for row in (offer, users):
        assert row["ci_low"] > (row["ci_of"] == "ratio")
        assert (row["answer"], row["wording"].partition(":")[0]) == ("no_clear_effect", "No clear effect")
        assert "may look so by chance" in row["reason"]


def test_a_step_whose_share_leaves_nobody_to_expect_on_one_side_is_compared_with_nobody():
    """At 99.99 % forty people without it are no draw, though too few were expected to call the arms off."""
    drawn = rollout(1, steps=((50, "throughout"),))
    odd = Rollout(drawn.people.with_columns(percentage=pl.lit(99.9)).filter(
        (pl.col("arm") == "treated") | (pl.int_range(pl.len()) % 50 == 0)), drawn.on, drawn.off)  # fmt: skip
    row = one(rows(odd))
    assert (row["answer"], row["sample_ratio_p_value"]) == ("not_enough_data", None)


def test_the_order_of_the_rows_and_how_they_are_split_change_nothing():
    told = frames(*(rollout(seed, people=800, steps=((50, "throughout"), (90, "throughout"))) for seed in range(3)))
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=7) for name, frame in told.items()}
    assert measure(mixed).equals(measure(told))


def test_an_epoch_that_nobody_is_known_to_have_met_says_so_and_one_without_product_events_says_nothing():
    told = frames(rollout(1, steps=HALF))
    (row,) = measure({EPOCHS: told[EPOCHS], COUNTS: told[COUNTS].clear()}).to_dicts()
    assert (row["answer"], row["wording"], row["n"]) == ("not_enough_data", "Nobody is known to have met it.", 0)
    unknown = told[EPOCHS].with_columns(known_until=pl.lit(None, pl.Datetime("us", "UTC")))
    assert measure({EPOCHS: unknown, COUNTS: told[COUNTS].clear()}).is_empty()


def test_no_figure_is_ever_infinite_and_every_row_is_as_of_the_log():
    told = rows(*(rollout(seed, people=people, steps=steps) for seed, (people, steps) in enumerate(
        [(1, HALF), (40, HALF), (200, ((95, "throughout"),)), (700, ((0, "none"), (50, "partly")))]
    )))  # fmt: skip
    assert set(told["as_of"]) == {AS_OF}
    floats = told.select(pl.col(pl.Float64).is_finite().all())
    assert all(value is not False for value in floats.row(0))
