"""Stages: where a story stood, how long by the clock and by its team's calendar, and how often."""

import pytest

from tests.dbt.company import AS_OF
from tests.dbt.conftest import Ask
from tests.dbt.planting import day
from tests.dbt.planting_stages import at
from tests.dbt.test_status_visits import DAY, story

HOUR = 3600.0


def stages(ask: Ask, key: str, *columns: str) -> list[tuple]:
    """What the mart says of a story's stages, in their order."""
    return ask(
        f"select {', '.join(columns)} from marts.fct_story_stages where story_key = ? order by position",
        key,
    )


def test_stages_are_named_by_the_milestones_that_are_known_and_merge_over_those_that_are_not(ask: Ask) -> None:
    assert stages(ask, "SP-30", "stage", "position", "entered_at", "left_at", "duration_seconds") == [
        ("interview_to_backlog", 1, day(8), day(10), 2 * DAY),
        ("backlog_to_code_complete", 2, day(10), day(12.5), 2.5 * DAY),
        ("code_complete_to_reviewed", 4, day(12.5), day(14), 1.5 * DAY),
        ("reviewed_to_production", 5, day(14), day(15), DAY),
        ("production_to_full_rollout", 6, day(15), day(15), 0.0),
    ]


def test_a_stage_that_ends_before_it_begins_stays_negative_and_is_flagged(ask: Ask) -> None:
    assert stages(ask, "SP-36", "stage", "duration_seconds", "is_out_of_order", "is_current") == [
        ("backlog_to_code_complete", -3 * DAY, True, False),
        ("code_complete_to_reviewed", DAY, False, False),
        ("reviewed_to_production", DAY, False, False),
        ("production_to_full_rollout", 0.0, False, False),
    ]


@pytest.mark.parametrize(
    ("key", "stage", "since"),
    [
        ("ST-1", "backlog_to_spec", day(0)),
        ("ST-2", "spec_to_code_complete", day(1)),
        ("ST-3", "backlog_to_code_complete", day(0)),
        ("ST-8", "backlog_to_spec", day(0)),
        ("SP-35", "reviewed_to_production", day(32)),
        ("FL-7", "production_to_full_rollout", day(35)),
    ],
    ids=[
        "nothing is known yet",
        "specified",
        "begun without a specification",
        "begun by a slip",
        "not deployed",
        "not out",
    ],
)
def test_an_open_story_is_in_the_stage_to_the_next_milestone_that_is_expected(
    ask: Ask, key: str, stage: str, since: object
) -> None:
    last = stages(ask, key, "stage", "entered_at", "left_at", "duration_seconds", "age_seconds", "is_current")[-1]
    assert last == (stage, since, None, None, (AS_OF - since).total_seconds(), True)  # type: ignore[operator]
    assert [row for row in stages(ask, key, "is_current")[:-1] if row != (False,)] == []


@pytest.mark.parametrize("key", ["ST-4", "SP-13", "SP-30"], ids=["done", "deleted", "at full rollout"])
def test_what_nobody_waits_for_is_in_no_stage(ask: Ask, key: str) -> None:
    assert [row for row in stages(ask, key, "stage", "is_current") if row[1]] == []


def test_a_stage_that_was_left_and_entered_again_keeps_its_first_and_last_entry_and_counts_both(ask: Ask) -> None:
    columns = ("stage", "first_entered_at", "last_entered_at", "visit_count", "total_visit_seconds")
    assert stages(ask, "ST-5", *columns) == [
        ("backlog_to_spec", day(0), day(3), 2, 3 * DAY),
        # The second lasts.
        ("spec_to_code_complete", day(1), day(5), 2, 2 * DAY),
    ]
    # The twenty seconds that the stages take no notice of are a visit all the same.
    visits = ask(
        "select duration_seconds from marts.fct_story_status_intervals where story_key = 'ST-5' and status = 'Open'"
    )
    assert sorted(visits) == [(20.0,), (DAY,), (2 * DAY,)]


def test_what_is_ready_right_after_its_specification_has_not_gone_back(ask: Ask) -> None:
    assert stages(ask, "ST-2", "stage", "visit_count", "last_entered_at") == [
        ("backlog_to_spec", 1, day(0)),
        ("spec_to_code_complete", 1, day(1)),
    ]


def test_a_slip_of_a_hand_ends_no_stage(ask: Ask) -> None:
    assert story(ask, "ST-6", "spec_at") == (None,)
    assert stages(ask, "ST-6", "stage", "visit_count") == [("backlog_to_spec", 1)]
    assert stages(ask, "ST-7", "stage", "first_entered_at", "visit_count") == [("backlog_to_code_complete", day(0), 1)]


@pytest.mark.parametrize(
    ("key", "hours"),
    [("ST-10", 2.0), ("ST-11", 8.0), ("ST-12", 7 + 4 * 8 + 3.5 + 2.75), ("ST-13", 0.0), ("ST-14", -9.0)],
    ids=["over the change of the clocks", "over a holiday", "over changes of the calendar", "a weekend", "negative"],
)
def test_business_time_is_that_of_the_teams_calendar(ask: Ask, key: str, hours: float) -> None:
    assert stages(ask, key, "business_seconds", "calendar")[0] == (hours * HOUR, "berlin")


def test_round_the_clock_all_time_is_business_time_when_the_clocks_change_too(ask: Ask) -> None:
    ((told, true),) = stages(ask, "AL-1", "business_seconds", "duration_seconds")[:1]
    assert told == true == (at(3, 30, 7.25) - at(3, 28, 0.5)).total_seconds()


def test_the_stage_that_lasts_has_a_business_age(ask: Ask) -> None:
    # From Monday, 30 March, ten o'clock to Wednesday, 15 April, eleven o'clock: the calendar knows no Easter.
    assert stages(ask, "ST-10", "business_seconds", "business_age_seconds")[-1] == (None, (7 + 11 * 8 + 2) * HOUR)


def test_without_a_calendar_there_is_no_business_time(ask: Ask) -> None:
    assert set(stages(ask, "SP-30", "business_seconds", "business_age_seconds", "calendar")) == {(None, None, None)}


def test_statuses_stand_for_code_and_review_where_the_settings_say_so_and_there_is_no_code(ask: Ask) -> None:
    columns = ("spec_at", "code_complete_at", "reviewed_at")
    assert story(ask, "NP-1", *columns) == (None, day(2), day(4))
    assert story(ask, "NQ-1", *columns) == (day(0.5), None, None)
    assert story(ask, "NP-2", *columns) == (None, day(1.75), day(2.25))
    visits = stages(ask, "NP-1", "stage", "visit_count", "last_entered_at")
    assert visits == [("backlog_to_code_complete", 2, day(2.5)), ("code_complete_to_reviewed", 2, day(3))]


def test_the_pull_requests_of_sub_tasks_are_the_work_of_their_story(ask: Ask) -> None:
    columns = ("code_complete_at", "reviewed_at", "production_at", "change_count")
    assert story(ask, "EP-2", *columns) == (day(33), day(34), day(36), 2)
    assert story(ask, "EP-3", *columns) == (day(32), day(33), day(35), 1)
    assert story(ask, "EP-1", "change_count", "code_complete_at") == (1, day(32))


def test_an_epics_flag_lets_out_its_stories_that_have_none(ask: Ask) -> None:
    columns = ("production_at", "full_rollout_at", "flag_count", "is_measured")
    assert story(ask, "EP-6", *columns) == (day(45), day(50), 1, True)
    assert story(ask, "EP-7", *columns) == (day(47), None, 1, True)
    assert story(ask, "EP-5", *columns) == (day(45), day(50), 1, False)
    assert story(ask, "EP-8", *columns) == (day(63), day(63), 1, True)


def test_tickets_that_stand_above_each_other_are_both_measured(ask: Ask) -> None:
    told = ask("select story_key, is_measured from marts.fct_stories where project_key = 'CY' order by 1")
    assert told == [("CY-1", True), ("CY-2", True), ("CY-3", True)]


def test_the_share_of_finished_stories_that_know_a_milestone_is_told_by_its_name(ask: Ask) -> None:
    told = ask("select scope, linked, total from marts.data_quality where check_name = 'milestones_known' order by 1")
    names = ["backlog", "code_complete", "full_rollout", "interview", "production", "reviewed", "spec"]
    assert [scope for scope, _, _ in told] == names
    finished = ask(
        "select count(*), count(spec_at), count(code_complete_at) from marts.fct_stories "
        "where is_measured and status_category = 'done' and not is_deleted"
    )
    counts = {scope: (linked, total) for scope, linked, total in told}
    ((total, specified, complete),) = finished
    assert (counts["backlog"], counts["spec"]) == ((total, total), (specified, total))
    assert counts["code_complete"] == (complete, total)
    assert 0 < complete < total


def test_the_timeline_of_a_story_shows_the_work_and_the_flag_by_which_it_was_let_out(ask: Ask) -> None:
    lanes = "select label from marts.fct_story_events where story_key = ? and lane = ? order by occurred_at, label"
    assert ask(lanes, "EP-6", "flag") == [
        ("Flag epics reaches 10 % of production",),
        ("Flag epics reaches 100 % of production",),
    ]
    assert ask(lanes, "EP-7", "flag") == [("Flag its-own reaches 10 % of production",)]
    assert ("Pull request acme/parts#604 merged",) in ask(lanes, "EP-2", "change")
    assert ("Pull request acme/parts#605 merged",) not in ask(lanes, "EP-2", "change")
