"""What was cancelled, and what each week had in work: planted tickets of one project, told as they stood."""

from datetime import date
from typing import Any

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day

DAY = 86_400.0
WEEKS = (date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19))


def story(ask: Ask, key: str, *columns: str) -> tuple[Any, ...]:
    return ask(f"select {', '.join(columns)} from marts.fct_stories where story_key = ?", key)[0]


def weekly(ask: Ask, *columns: str) -> list[tuple[Any, ...]]:
    """The project's first three weeks, all types together."""
    return ask(
        f"select {', '.join(columns)} from marts.agg_flow_weekly"
        " where team = 'CX' and story_type = 'all' and week_on <= ? order by week_on",
        WEEKS[-1],
    )


@pytest.mark.parametrize(("key", "ended"), [("CX-1", 3), ("CX-2", 2), ("CX-6", 2), ("CX-7", 2)])
def test_what_nobody_will_do_is_cancelled_and_neither_open_nor_done(ask: Ask, key: str, ended: int) -> None:
    told = story(ask, key, "is_cancelled", "cancelled_at", "is_open", "first_done_at", "done_at", "status_category")
    assert told == (True, day(ended), False, None, None, "cancelled")


def test_a_cancelled_story_that_is_taken_up_again_is_open_whatever_its_resolution_still_says(ask: Ask) -> None:
    told = story(ask, "CX-3", "is_cancelled", "cancelled_at", "is_open", "reopened_count", "started_at")
    assert told == (False, None, True, 0, day(1))


def test_a_story_that_was_done_and_is_cancelled_keeps_its_first_end_and_is_not_done(ask: Ask) -> None:
    told = story(ask, "CX-4", "first_done_at", "done_at", "cancelled_at", "is_cancelled", "reopened_count")
    assert told == (day(3), None, day(8), True, 1)


def test_a_status_that_sounds_so_and_goes_on_by_the_tracker_cancels_nothing(ask: Ask) -> None:
    assert story(ask, "CX-5", "is_cancelled", "is_open", "status_category") == (False, True, "in_progress")


def test_a_story_that_is_done_after_all_is_not_cancelled(ask: Ask) -> None:
    told = story(ask, "CX-8", "is_cancelled", "cancelled_at", "first_done_at", "done_at", "started_at")
    assert told == (False, None, day(5), day(5), day(4))


def test_a_week_counts_what_was_begun_and_ended_in_it(ask: Ask) -> None:
    # Thirteen: the one that was deleted is in no week. The start and the end at midnight belong to the week after.
    assert weekly(ask, "week_on", "created", "started", "finished", "cancelled", "reopened") == [
        (WEEKS[0], 13, 10, 5, 6, 2),
        (WEEKS[1], 0, 1, 1, 1, 0),
        (WEEKS[2], 0, 0, 1, 0, 0),
    ]


def test_work_in_progress_on_a_past_sunday_is_what_stood_in_work_then(ask: Ask) -> None:
    # CX-4 and CX-12 were in work at the end of the first week; what was put back is in the load alone.
    assert weekly(ask, "wip", "flow_load", "wip_age_median_seconds") == [
        (4, 5, 5.625 * DAY),
        (3, 4, 12.625 * DAY),
        (2, 3, 19.625 * DAY),
    ]


def test_a_story_that_is_finished_twice_took_from_its_first_start_each_time(ask: Ask) -> None:
    assert weekly(
        ask, "kanban_cycle_time_median_seconds", "kanban_cycle_time_n", "flow_time_median_seconds", "finished_share"
    ) == [(2 * DAY, 5, 3 * DAY, 1.0), (8 * DAY, 1, 9 * DAY, 1.0), (7 * DAY, 1, 13.625 * DAY, 1.0)]


def test_flow_efficiency_is_told_of_what_was_declared_and_of_nothing_else(ask: Ask) -> None:
    assert weekly(ask, "flow_efficiency", "flow_efficiency_n") == [(5 / 8, 4), (1.0, 1), (1.0, 1)]
    undeclared = "select count(*), count(flow_efficiency) from marts.agg_flow_weekly where team = 'SP' and finished > 0"
    ((weeks, told),) = ask(undeclared)
    assert (weeks > 0, told) == (True, 0)


def test_weeks_without_anything_are_rows_up_to_that_of_as_of(ask: Ask) -> None:
    weeks = ask(
        "select week_on, is_complete from marts.agg_flow_weekly where team = 'CX' and story_type = 'all' order by 1"
    )
    assert [on for on, _ in weeks] == [date.fromordinal(WEEKS[0].toordinal() + 7 * n) for n in range(len(weeks))]
    assert weeks[-1] == (date(2026, 4, 13), False)
    assert all(is_complete for _, is_complete in weeks[:-1])


def test_a_stage_in_which_a_story_was_cancelled_was_seen_to_last_until_then(ask: Ask) -> None:
    told = ask(
        "select outcome, duration_seconds from intermediate.int_stage_durations"
        " where story_key = 'CX-1' and stage in ('backlog_to_code_complete', 'story_cycle_time') order by kind"
    )
    assert told == [("cancelled", 3 * DAY)] * 2
    # Done without a production deployment that anyone told of: it waits for nothing.
    (row,) = ask("select n, n_open, n_cancelled, n_unknown, is_median_reached, median_seconds"
                 " from marts.agg_stage_times where team = 'CX' and story_type = 'all' and window_name = 'all'"
                 " and stage = 'story_cycle_time'")  # fmt: skip
    assert row == (8, 3, 5, 5, False, None)
