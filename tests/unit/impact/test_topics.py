"""The rows on topics keep to what is promised of every row on what a story did, whatever the counts are."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.impact.topics import AS_OF, LAUNCHES, SCHEMA, WEEKS, judge

MIGRATIONS = Path(__file__).parents[3] / "warehouse" / "migrations"
UNTIL, SINCE = date(2026, 6, 1), date(2026, 6, 5)
AT = datetime(2026, 9, 1, tzinfo=UTC)
_COUNTS = {"control_tickets": 40, "active_user_days": 5_000}


def told(
    before: Sequence[int], after: Sequence[int], *, known: bool = True, **counts: int
) -> dict[str, dict[str, Any]]:
    """What is told of a launch with these tickets by week, by metric."""
    shared = {"topic": "export", "story_key": "SP-1", "flag_key": None, "epoch": 1}
    numbers = [*range(-len(before), 0), *range(1, len(after) + 1)]
    weeks = [
        shared | _COUNTS | {"week_number": number, "week_from": monday(number)}
        | {"tickets": tickets, "all_tickets": tickets + 40} | counts
        for number, tickets in zip(numbers, (*before, *after), strict=True)
    ]  # fmt: skip
    launch = shared | {
        "before_until": UNTIL, "after_from": SINCE, "most_weeks": 8, "other_story_keys": [],
        "known_until": AT if known else None,
    }  # fmt: skip
    schema = {"week_from": pl.Date, "flag_key": pl.String}
    frames = {
        LAUNCHES: pl.DataFrame([launch], schema_overrides={"flag_key": pl.String}),
        WEEKS: pl.DataFrame(weeks, schema_overrides=schema),
        AS_OF: pl.DataFrame({"as_of": [AT]}),
    }
    return {row["metric"].partition(":")[0]: row for row in judge(frames).iter_rows(named=True)}


def monday(number: int) -> date:
    return UNTIL + number * timedelta(days=7) if number < 0 else SINCE + (number - 1) * timedelta(days=7)


def test_the_rows_have_the_columns_of_their_table_and_of_what_else_a_story_did():
    tables = [
        re.findall(r"^    (\w+) ", (MIGRATIONS / f"{name}.sql").read_text(), re.MULTILINE)
        for name in ("0007_story_impact", "0008_topic_impact")
    ]
    assert tables[0] == tables[1]
    assert set(tables[1]) == SCHEMA.keys()


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ([12] * 16, [4] * 8, {}), ([4] * 16, [12] * 8, {}), ([9] * 16, [9] * 8, {}), ([2] * 16, [0] * 8, {}),
        ([0] * 16, [3] * 8, {}), ([0] * 16, [0] * 8, {}), ([20] * 5, [8] * 8, {}), ([20] * 16, [8] * 3, {}),
        ([], [8] * 8, {}), ([20] * 16, [8] * 8, {"control_tickets": 0}), ([20] * 16, [8] * 8, {"active_user_days": 3}),
        ([20] * 16, [8] * 8, {"active_user_days": 0}), ([20] * 16, [8] * 8, {"all_tickets": 0}), ([], [], {}),
        ([10] * 8 + [30] * 8, [10] * 8, {}), ([5] * 10 + [24] * 6, [10] * 8, {}),
        ([0] * 16, [2] * 8, {"all_tickets": 2}),
    ],
)  # fmt: skip
def test_nothing_is_said_beyond_the_interval_and_no_figure_stands_without_a_grade(before, after, counts):
    for row in told(before, after, **counts).values():
        ends = {"lower": row["ci_high"], "higher": row["ci_low"]}
        assert row["answer"] in {*ends, "no_clear_difference", "too_early", "not_enough_data"}
        assert (row["evidence_grade"] is None) == (row["answer"] in ("too_early", "not_enough_data"))
        if row["answer"] in ends:
            assert (ends[row["answer"]] - 1) * (1 if row["answer"] == "higher" else -1) > 0
        if row["evidence_grade"] is None:
            assert [row[name] for name in ("value", "ratio", "difference", "ci_low", "ci_high", "p_value")] == [
                None
            ] * 6
        assert row["value"] is None or row["n"] >= 30
        assert "nan" not in row["wording"] + row["reason"]
        assert "100 % fewer" not in row["wording"]


def test_none_after_has_bounds_and_no_ratio():
    row = told([2] * 16, [0] * 8)["tickets_about"]
    assert (row["answer"], row["evidence_grade"], row["ratio"], row["value"]) == ("lower", "D", None, 0.0)
    assert (row["ci_low"], row["ci_of"]) == (0.0, "ratio")
    assert 0.1 < row["ci_high"] < 0.3


def test_against_other_topics_the_plain_ratio_stands_beside_it():
    rows = told([12] * 16, [6] * 8)
    row = rows["tickets_about"]
    assert (row["evidence_grade"], row["unit"], row["audience"]) == ("B", "per_user_day", "active_users")
    assert (row["ratio"], row["crude_ratio"]) == (pytest.approx(0.5), pytest.approx(0.5))
    assert row["ci_high"] > row["crude_ci_high"]
    assert (row["value"], row["comparison_value"]) == (6 / 5_000, 12 / 5_000)
    assert (row["window_start"], row["window_end"]) == (
        datetime(2026, 4, 6, tzinfo=UTC), datetime(2026, 7, 31, tzinfo=UTC),
    )  # fmt: skip
    assert (rows["tickets_all"]["numerator"], rows["tickets_all"]["evidence_grade"]) == (368, "D")
    assert told([12] * 16, [6] * 7)["tickets_about"]["is_mature"] is False


def test_without_product_events_nobody_knows_who_was_active():
    rows = told([], [], known=False)
    assert rows.keys() == {"tickets_about"}
    assert rows["tickets_about"]["answer"] == "not_enough_data"
    assert "no product event is known" in rows["tickets_about"]["wording"]
