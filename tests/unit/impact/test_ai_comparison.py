"""What is said of stories with AI tools, where what they truly do is known."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from pipelines.impact.ai_comparison import compare
from tests.unit.impact.companies import frames, outcomes, spans

Row = dict[str, Any]


def whole(told: pl.DataFrame) -> Row:
    """The row across all kinds."""
    (row,) = compare(frames(told)).filter(stratum="all").to_dicts()
    return row


def studied(count: int, **company: Any) -> Iterator[Row]:
    """The rows of so many companies that differ by chance alone."""
    return (whole(spans(seed, **company)) for seed in range(count))


@pytest.mark.parametrize("developers", [5, 12])
def test_the_interval_holds_the_true_ratio_about_as_often_as_it_says_and_the_plain_one_never_does(developers):
    rows = list(studied(40, factor=0.75, shift=1, developers=developers))
    # Of 40 intervals of 95 % five or fewer miss with a chance of 99 in 100, were they of that level.
    assert sum(row["ci_low"] <= 0.75 <= row["ci_high"] for row in rows) >= 35
    assert sum(row["trend_ci_low"] <= 0.75 <= row["trend_ci_high"] for row in rows) >= 35
    # Twice as many large stories hide what the tools do: the plain medians say that all takes longer.
    assert sum(row["crude_ci_low"] <= 0.75 <= row["crude_ci_high"] for row in rows) == 0
    assert all(row["crude_ratio"] > 1 for row in rows)
    assert "slower" not in {row["verdict"] for row in rows}


@pytest.mark.heavy
def test_tools_that_do_nothing_are_hardly_ever_said_to_do_something():
    verdicts = [row["verdict"] for row in studied(40, factor=1.0, shift=1)]
    assert verdicts.count("no difference shown") >= 37


@pytest.mark.heavy
def test_what_went_down_all_the_time_is_credited_to_nobody():
    # Halved every year, change or no change: the ratio is far below 1, and no tool did that.
    rows = list(studied(30, factor=1.0, yearly=0.4))
    assert all(row["ci_high"] < 1 for row in rows)
    assert [row["verdict"] for row in rows].count("no difference shown") >= 28
    assert "A straight trend could account for it" in rows[0]["reason"]


def test_an_effect_that_is_large_enough_for_so_many_stories_is_found():
    row = whole(spans(3, stories=1500, factor=0.6, shift=1))
    assert row["verdict"] == "faster"
    assert row["crude_ratio"] > 1 > row["ratio"]
    assert "the mix of stories changed" in row["reason"]
    assert row["reason"].endswith("Not randomised; story mix and process also changed.")
    assert row["n_open_after"] > 0


def test_each_kind_has_its_own_row():
    rows = compare(frames(spans(1))).to_dicts()
    assert [row["stratum"] for row in rows] == ["Story, 1", "Story, 3", "Story, 8", "all"]
    assert sum(row["n_before"] for row in rows[:3]) == rows[3]["n_before"]


@pytest.mark.parametrize(
    ("told", "lack"),
    [
        (spans(1, stories=35), "20 on each side are needed"),
        (spans(1, developers=2), "3 on each side are needed"),
        (spans(1).with_columns(developer=pl.lit(None, pl.String)), "3 on each side are needed"),
    ],
    ids=["stories", "developers", "nobody known"],
)
def test_of_too_few_no_ratio_is_told(told, lack):
    row = whole(told)
    assert row["verdict"] == "too few stories"
    assert lack in row["reason"]
    assert {row[name] for name in row if "ratio" in name or "ci_" in name} == {None}
    assert row["n_before"] > 0


def test_what_was_given_up_is_counted_and_no_story_of_either_side():
    told = spans(1)
    tenth = pl.int_range(pl.len()) % 10
    why = pl.when(tenth == 0).then(pl.lit("cancelled")).when(tenth == 1).then(pl.lit("out of order"))
    row = whole(told.with_columns(left_out=why))
    assert (row["n_cancelled"], row["n_out_of_order"]) == (30, 30)
    assert sum(row[name] for name in ("n_before", "n_after", "n_open_before", "n_open_after")) == 240
    assert compare(frames(told.with_columns(left_out=pl.lit("cancelled")))).is_empty()


def test_the_same_stories_give_the_same_rows_in_every_run():
    told = frames(spans(1), outcomes((1, 1, True, "a"), (0, 1, False, "a"), count=30))
    assert compare(told).equals(compare(told))


def test_nothing_is_told_of_one_developer():
    told = spans(1)
    text = str(compare(frames(told)).to_dicts())
    assert [key for key in told["developer"].unique() if key in text] == []


def test_a_rate_that_rose_is_told_by_its_difference_within_kinds():
    rows = ((1, 1, True, "a"), (0, 1, True, "a"), (1, 4, False, "a"), (0, 4, False, "a"))
    (row,) = compare(frames(spans(1).clear(), outcomes(*rows, count=40))).to_dicts()
    assert (row["stage"], row["measure"], row["verdict"]) == ("reopen_rate", "rate", "higher")
    assert (row["rate_before"], row["rate_after"]) == (0.125, 0.5)
    assert row["difference"] == pytest.approx(0.375)
    assert row["ratio"] == pytest.approx(4)
    assert row["difference_low"] > 0
    assert row["median_before_seconds"] is None


def test_a_rate_of_too_few_is_too_few():
    (row,) = compare(frames(spans(1).clear(), outcomes((1, 1, True, "a"), (0, 1, False, "a"), count=9))).to_dicts()
    assert (row["verdict"], row["difference"], row["ratio"]) == ("too few stories", None, None)
    assert (row["rate_after"], row["n_after"]) == (1, 9)


def test_of_nothing_nothing_is_told():
    assert compare(frames(spans(1).clear())).is_empty()
