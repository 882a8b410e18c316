"""Over many stories: how often what does nothing is called an effect, and how often intervals hold the truth."""

from collections.abc import Iterable

import polars as pl
import pytest

from pipelines.impact.distributions import binomial_at_least
from pipelines.impact.story_impact import measure
from tests.unit.impact.rollouts import FULL, Rollout, frames, rollout

# As a share of such counts, fewer than one in a thousand is as odd, on either side.
ODD = 0.001
STEPS = ((50, "throughout"), (90, "throughout"))


def is_nominal(count: int, of: int, rate: float) -> bool:
    """Whether a count is what chance makes of a rate: the exact binomial, on both sides."""
    return binomial_at_least(count, of, rate) > ODD and 1 - binomial_at_least(count + 1, of, rate) > ODD


def primary(rows: pl.DataFrame) -> pl.DataFrame:
    told = rows.filter("is_primary").sort("story_key")
    assert set(told["evidence_grade"]) == {"A"}
    return told


def missed(rows: pl.DataFrame, truths: Iterable[float], figure: str = "ci") -> int:
    """Count the intervals that leave out the truth of their story."""
    ends = zip(rows[f"{figure}_low"], rows[f"{figure}_high"], truths, strict=True)
    return sum(not low <= truth <= high for low, high, truth in ends)


@pytest.fixture(scope="module")
def idle() -> pl.DataFrame:
    """What is told of two hundred stories that do nothing, and are used by those who come back anyway."""
    return measure(frames(*(rollout(seed, people=2_500, steps=STEPS) for seed in range(200))))


def test_what_does_nothing_is_called_an_effect_by_lot_once_in_twenty_and_by_use_always(idle):
    told = primary(idle)
    called = told.filter(pl.col("answer") != "no_clear_effect").height
    assert told.height == 200
    assert is_nominal(called, 200, 0.05)
    assert told["ratio"].mean() == pytest.approx(1, abs=0.01)
    naive = idle.filter(audience="exposed_treated", metric="returned_d1_d7")
    assert set(naive["evidence_grade"]) == {"D"}
    assert naive["ratio"].is_between(1.2, 1.6).all()
    assert (naive["answer"] == "higher").all()
    assert naive["wording"].str.contains("does not show that using it caused it").all()


def test_adjusting_for_activity_takes_most_of_that_away_and_an_e_value_tells_how_little_would_explain_the_rest(idle):
    """Strata are coarse, so something is left of what busy people do anyway; nobody may call it an effect."""
    told = idle.filter(audience="landmark_day_7")
    assert set(told["evidence_grade"]) == {"C"}
    assert told["e_value"].null_count() == 0
    assert told["e_value_bound"].max() < 1.6
    assert told["ratio"].mean() < 1.15 < told["crude_ratio"].mean()
    assert set(told["answer"]) <= {"higher", "no_clear_difference"}


def test_of_many_metrics_that_do_nothing_hardly_a_story_has_one_that_is_called_an_effect(idle):
    others = idle.filter(pl.col("evidence_grade") == "A", ~pl.col("is_primary"), audience="exposed")
    bare = others.filter(pl.col("p_value") < 0.05)
    called = others.filter(pl.col("answer") != "no_clear_effect")
    assert bare["story_key"].n_unique() > 20
    # At most one in twenty stories: nothing there is true, so a find is false whichever it is.
    assert binomial_at_least(called["story_key"].n_unique(), 200, 0.05) > ODD
    assert called["q_value"].max() <= 0.05


def stories(count: int) -> list[Rollout]:
    """Rollouts of every kind: what brings back, what drives away, one step or two, a holdback of few."""
    kinds = [
        {"back": 0.5}, {"away": 0.4, "steps": STEPS}, {"back": 0.2, "steps": ((95, "throughout"),)}, {},
        {"back": 0.9, "steps": ((10, "throughout"), (50, "throughout"))},
        {"people": 300, "steps": ((50, "throughout"),), "back": 0.4},
        {"people": 900, "steps": ((95, "throughout"),), "away": 0.3},
    ]  # fmt: skip
    return [rollout(1_000 + seed, **({"people": 2_000} | kinds[seed % len(kinds)])) for seed in range(count)]


def coverage(count: int) -> tuple[int, int, int]:
    """Return how many stories were told by lot, and of how many the interval of ratio and of difference is wrong."""
    drawn = stories(count)
    rows = measure(frames(*drawn)).filter("is_primary").sort("story_key")
    told = rows.with_columns(
        pl.Series("true_ratio", [one.ratio for one in drawn]), pl.Series("true", [one.difference for one in drawn])
    ).filter(evidence_grade="A")
    ratios = told.filter(ci_of="ratio")
    return told.height, missed(ratios, ratios["true_ratio"]), missed(told, told["true"], "difference")


def test_intervals_by_lot_hold_the_truth_of_stories_that_do_something():
    told, ratio, difference = coverage(210)
    assert told > 190
    assert binomial_at_least(ratio, told, 0.05) > ODD
    assert binomial_at_least(difference, told, 0.05) > ODD


@pytest.mark.heavy
def test_over_thousands_of_stories_they_miss_it_as_often_as_they_say_and_hardly_less():
    """What an offer would do to the very people who came is known here, of whom an interval may know a little more."""
    told, ratio, difference = coverage(4_200)
    for count in (ratio, difference):
        assert 0.03 < count / told < 0.055


@pytest.mark.heavy
def test_a_flag_that_stays_at_half_may_be_looked_at_every_few_days_and_hardly_one_that_does_nothing_is_called():
    """Twelve looks at people who go on to come: the interval of one look would be wrong far more often."""
    drawn = [rollout(seed, people=2_400, steps=((50, "throughout"),)) for seed in range(100)]
    called, bare = set[str](), set[str]()
    for number in range(1, 13):
        seen = [Rollout(one.people.head(200 * number), one.on, one.off) for one in drawn]
        for full, found in ((None, called), (FULL, bare)):
            told = measure(frames(*seen, full_at=full)).filter("is_primary")
            found |= set(told.filter(pl.col("answer").is_in(["increased", "decreased"]))["story_key"])
    assert set(told["evidence_grade"]) == {"A"}
    assert binomial_at_least(len(called), 100, 0.05) > ODD
    assert len(bare) > 12
    assert binomial_at_least(len(bare), 100, 0.05) < 0.01
