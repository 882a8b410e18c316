"""Who met each feature in which arm, and what became of them, as the company knows it: person by person, to the last.

What no log can tell is left out by the company's own knowledge, and counted: people whom a flag names one by one, and
people who would have been drawn anew on another device. Nothing in what they did may give them away.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.company.population import user_key
from pipelines.company.usage_truth import Arms, ImpactTruth, impact_truths
from pipelines.company.walk import Walk
from tests.end_to_end.conftest import Recovered
from warehouse.people import pseudonyms

_OUTCOMES = """
select
    outcomes.*,
    outcomes.first_exposed_at + interval 192 hours <= span.known_until as is_mature,
    outcomes.full_at + interval 720 hours <= span.known_until as is_month_over
from intermediate.int_exposed_outcomes as outcomes
inner join intermediate.int_usage_span as span on outcomes.first_exposed_at <= span.known_until
where outcomes.flag_key is not null
"""


@pytest.fixture(scope="module")
def truths(recovered: Recovered) -> list[ImpactTruth]:
    """What is true of every flag at the moment until which the log knows what users did."""
    ((known_until,),) = recovered.rows("select known_until from intermediate.int_usage_span")
    return [one for one in impact_truths(recovered.company, known_until) if one.flag_key and one.epoch]


@pytest.fixture(scope="module")
def untold(recovered: Recovered) -> pl.DataFrame:
    """The people, by flag, whom the truth leaves out and no event gives away."""
    walk = Walk(recovered.company)
    who = np.arange(walk.people.count)
    keys = np.array(pseudonyms(recovered.settings).user_keys("amplitude", "user_id", [user_key(one) for one in who]))
    told = [
        pl.DataFrame(
            {
                "flag_key": trial.flag,
                "epoch": trial.epoch,
                "person_key": keys[walk.people.sees_two | walk.meeting.chosen(number, who)],
            }
        )
        for number, trial in enumerate(walk.trials)
        if trial.flag
    ]
    return pl.concat(told, how="vertical_relaxed")


@pytest.fixture(scope="module")
def met(recovered: Recovered) -> pl.DataFrame:
    """Everyone who counts, by flag and epoch, and what became of them."""
    return pl.DataFrame(recovered.named_rows(_OUTCOMES), infer_schema_length=None)


@pytest.fixture(scope="module")
def known(met: pl.DataFrame, untold: pl.DataFrame) -> pl.DataFrame:
    """Those of them whom the truth counts, too."""
    return met.join(untold, on=["flag_key", "epoch", "person_key"], how="anti")


def of(people: pl.DataFrame, truth: ImpactTruth) -> pl.DataFrame:
    return people.filter((pl.col("flag_key") == truth.flag_key) & (pl.col("epoch") == truth.epoch))


def arms(people: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Count them together, and then by the steps in which they first met it."""
    mature = people.filter("is_mature")
    steps = [mature, *mature.sort("step").partition_by("step", maintain_order=True)]
    for number, group in enumerate(steps):
        on, off = (group.filter(pl.col("arm") == arm) for arm in ("treated", "control"))
        counted = [len(on), len(off), *(side[column].sum() for column in ("has_returned_d1_d7", "has_bought_7d")
                                        for side in (on, off))]  # fmt: skip
        yield (group["percentage"][0] if number else None, *counted)


def true_arms(told: tuple[Arms, ...]) -> list[tuple[Any, ...]]:
    return [
        (arm.percentage, arm.n_on, arm.n_off, arm.returned_on, arm.returned_off, arm.bought_on, arm.bought_off)
        for arm in told
        if arm.step is None or arm.n_on + arm.n_off
    ]


def test_who_met_a_feature_in_which_arm_and_came_back_or_bought_is_recovered(known, truths):
    assert len(truths) > 50
    told = {(one.flag_key, one.epoch): list(arms(of(known, one))) for one in truths}
    assert told == {(one.flag_key, one.epoch): true_arms(one.arms) for one in truths}
    assert sum(one.n for one in truths) > 5_000
    assert any(one.epoch == 2 and one.n for one in truths)
    assert [len(of(known, one).filter(~pl.col("is_mature"))) for one in truths] == [one.n_immature for one in truths]
    assert any(one.n_immature for one in truths)


def test_who_used_it_within_a_week_and_within_the_month_of_all_is_recovered(known, truths):
    for truth in truths:
        people = of(known, truth)
        treated = people.filter(pl.col("is_mature") & (pl.col("arm") == "treated"))
        assert share(treated, "has_used_7d") == truth.adoption
        active = people.filter(pl.col("is_month_over") & pl.col("is_active_in_month"))
        assert share(active, "has_tried") == truth.adoption_month
        used, others = (
            share(treated.filter(pl.col("has_used_7d") == has), "has_returned_d1_d7") for has in (True, False)
        )
        naive = round(used / others, 6) if used is not None and others else None
        assert naive == truth.naive_ratio
    assert sum(truth.adoption_month is not None for truth in truths) > 20


def share(people: pl.DataFrame, column: str) -> float | None:
    holds = people.select((pl.col("use_days_in_month") > 0) if column == "has_tried" else pl.col(column)).to_series()
    return round(float(holds.mean()), 6) if len(holds) else None


def test_those_whom_no_event_gives_away_are_few_and_all_others_are_left_out(recovered, met, known):
    assert 0 < len(met) - len(known) < 0.01 * len(met)
    left_out = dict(
        recovered.rows("select excluded_for, count(*) from intermediate.int_exposures where flag_key is not null"
                       " and excluded_for is not null group by 1")
    )  # fmt: skip
    assert left_out["internal"] > 50
    assert left_out["bot"] > 20


def test_a_feature_that_does_nothing_looks_good_where_users_are_compared_with_others(recovered, truths):
    """The sums show what the truth warns of: adopters come back more often, whatever the feature does."""
    idle = ", ".join(f"'{one.flag_key}'" for one in truths if one.kind == "nothing")
    rates = dict(
        recovered.rows(
            "select audience || ' ' || arm, sum(outcome_sum) / sum(n) from intermediate.int_impact_counts"
            f" where measure = 'returned_d1_d7' and flag_key in ({idle}) group by 1"
        )
    )
    assert rates["exposed_treated adopter"] / rates["exposed_treated other"] > 1.15


def test_the_sums_are_those_of_the_people(recovered, met):
    told = recovered.named_rows(
        "select flag_key, epoch, step, arm, sum(n) as n, sum(outcome_sum) as y, sum(covariate_sum) as x,"
        " sum(product_sum) as xy, sum(n_excluded_immature) as waiting from intermediate.int_impact_counts"
        " where audience = 'exposed' and measure = 'returned_d1_d7' and flag_key is not null"
        " group by all order by all"
    )
    y, x, is_mature = pl.col("has_returned_d1_d7").cast(pl.Int64), pl.col("prior_active_days"), pl.col("is_mature")
    counted = met.group_by("flag_key", "epoch", "step", "arm").agg(
        is_mature.sum().alias("n"), y.filter(is_mature).sum().alias("y"), x.filter(is_mature).sum().alias("x"),
        (x * y).filter(is_mature).sum().alias("xy"), (~is_mature).sum().alias("waiting"),
    )  # fmt: skip
    assert told == counted.sort("flag_key", "epoch", "step", "arm").to_dicts()
