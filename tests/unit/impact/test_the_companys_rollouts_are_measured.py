"""Of whole companies: intervals by lot hold what their features truly do to the very people who are compared."""

from collections.abc import Iterable

import polars as pl
import pytest

from pipelines.company import Scale
from pipelines.impact.distributions import binomial_at_least
from pipelines.impact.story_impact import measure
from tests.unit.impact.company_rollouts import OUTCOMES, SCALE, lived

# Half a year of many users: as many are compared as can be in a few seconds.
SHORT = Scale(teams=2, months=6, stories=70, users=20_000, product_events=900_000, tickets_a_day=1.0)


def compared(seeds: Iterable[int], scale: Scale = SCALE) -> pl.DataFrame:
    """Return every figure of grade A, with the truth beside it and what was planted."""
    found = []
    for seed in seeds:
        life = lived(seed, scale)
        rows = measure(life.frames).filter(pl.col("metric").is_in(OUTCOMES), evidence_grade="A", audience="exposed")
        truths = life.truths().unpivot(
            OUTCOMES, index=["story_key", "epoch"], variable_name="metric", value_name="true"
        )
        kinds = pl.concat(life.people).group_by("story_key").agg(pl.col("kind").first())
        told = rows.join(truths, on=["story_key", "epoch", "metric"]).join(kinds, on="story_key")
        assert told.height == rows.height
        found.append(told.with_columns(pl.lit(seed).alias("seed")))
    return pl.concat(found)


def wrong(told: pl.DataFrame) -> int:
    return told.filter(~pl.col("true").is_between("difference_low", "difference_high")).height


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    return compared(range(5), SHORT)


def test_intervals_by_lot_hold_what_was_planted_and_nobody_who_changed_sides_is_in_them(told):
    assert told.height > 50
    assert binomial_at_least(wrong(told), told.height, 0.05) > 0.001
    assert (told["n_excluded_uncontrolled"] > 0).any()


def test_what_brings_back_or_drives_away_is_told_on_the_right_side(told):
    called = told.filter(pl.col("answer").is_in(["increased", "decreased"]), is_primary=True)
    side = pl.when(pl.col("answer") == "increased").then(1).otherwise(-1)
    real = called.filter(pl.col("true") != 0)
    assert real.height >= 5
    assert real.filter(side * pl.col("true") < 0).height == 0


@pytest.mark.heavy
def test_over_fifty_companies_intervals_are_wrong_as_often_as_they_say():
    everything = compared(range(100, 150))
    for metric in OUTCOMES:
        part = everything.filter(metric=metric)
        assert part.height > 500
        assert binomial_at_least(wrong(part), part.height, 0.05) > 0.001
    idle = everything.filter(is_primary=True, kind="nothing")
    called = idle.filter(pl.col("answer") != "no_clear_effect").height
    assert binomial_at_least(called, idle.height, 0.05) > 0.001
