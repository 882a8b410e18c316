"""Of whole companies whose AI tools save a quarter of the hours of coding: what is measured of their stories."""

import math
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from pipelines.company import Company, Scale
from pipelines.company.ai_truth import ai_gains
from pipelines.company.facts import Status, Story
from pipelines.company.people import teams_of
from pipelines.company.simulation import AI_TOOLS_AFTER_MONTHS, ENDS, Dice, drawn_again
from pipelines.impact.ai_comparison import compare
from tests.unit.impact.companies import frames

SCALE = Scale(teams=5, months=18, stories=600)


def company(seed: int) -> Company:
    """A company of which only what its stories are drawn from is there."""
    begins = ENDS - timedelta(days=round(SCALE.months * 365.25 / 12))
    tools = begins + (ENDS - begins) * AI_TOOLS_AFTER_MONTHS / 18
    teams = teams_of(Dice(seed), SCALE.teams, begins.date(), SCALE.months)
    return Company(seed, begins, ENDS, tools, teams, (), (), (), (), scale=SCALE)


def spans(drawn: Company, stories: list[Story]) -> pl.DataFrame:
    """The time from start to code complete of each story that was begun, as the facts have it."""
    rows = []
    for story in stories:
        begun = next(move.at for move in story.moves if move.status is Status.IN_PROGRESS)
        ready = max(pull.ready_at or pull.opened_at for pull in story.pull_requests)
        if begun <= drawn.ends_at:
            rows.append(
                {
                    "comparison": "before_after_enablement", "stage": "started_to_code_complete", "position": 80,
                    "story_key": story.key, "is_after": begun >= drawn.ai_tools_at, "stratum": str(story.size),
                    "developer": story.assignee, "begun_at": begun, "is_ended": ready <= drawn.ends_at,
                    "seconds": (min(ready, drawn.ends_at) - begun).total_seconds(), "known_until": drawn.ends_at,
                }
            )  # fmt: skip
    times = pl.Datetime("us", "UTC")
    overrides = {"begun_at": times, "known_until": times, "position": pl.Int64}
    return pl.DataFrame(rows, schema_overrides=overrides).with_columns(left_out=pl.lit(None, pl.String))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_within_sizes_the_interval_holds_what_the_tools_truly_do_and_the_plain_medians_say_the_contrary(seed):
    drawn = company(seed)
    gains, stories = ai_gains(drawn), drawn_again(drawn, 0.75)
    told = spans(drawn, stories)
    after = told.filter("is_after")["story_key"]
    true = math.exp(sum(gains[key] for key in after) / len(after))
    assert 0.7 < true < 0.9
    row = compare(frames(told)).filter(stratum="all").to_dicts()[0]
    assert row["ci_low"] <= true <= row["ci_high"]
    assert row["trend_ci_low"] <= true <= row["trend_ci_high"]
    assert row["crude_ratio"] > 1.1
    assert row["crude_ci_low"] > true
    assert row["verdict"] != "slower"


def test_tools_that_save_nothing_leave_every_story_as_it_is():
    drawn = replace(company(0), scale=Scale(teams=2, months=4, stories=20))
    assert [one.pull_requests for one in drawn_again(drawn, 0.75) if not one.is_ai_assisted] == [
        one.pull_requests for one in drawn_again(drawn, 1.0) if not one.is_ai_assisted
    ]
    assert all((gain < 0) <= story.is_ai_assisted for gain, story in zip(
        ai_gains(drawn).values(), drawn_again(drawn, 0.75), strict=True
    ))  # fmt: skip
