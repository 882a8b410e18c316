"""From a ticket to its line: which tickets are measured, and when each milestone was reached."""

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day
from tests.dbt.test_status_visits import DAY, story


@pytest.mark.parametrize(
    ("key", "is_measured"),
    [("SP-20", False), ("SP-21", True), ("SP-22", False), ("SP-23", False), ("SP-1", True)],
    ids=["an epic", "a task of an epic", "a sub-task", "a bug under a measured task", "a story"],
)
def test_medians_count_the_measured_level_alone(ask: Ask, key: str, is_measured: bool) -> None:
    assert story(ask, key, "is_measured") == (is_measured,)


def test_a_key_of_two_trackers_names_two_stories(ask: Ask) -> None:
    told = ask("select story_key, source from marts.fct_stories where ticket_key = 'SP-1' order by 1")
    assert told == [("SP-1", "planted"), ("second:SP-1", "second")]


def test_a_moved_ticket_answers_to_its_old_key(ask: Ask) -> None:
    assert story(ask, "SP-24", "change_count", "production_at") == (1, day(26))
    assert story(ask, "SP-26", "origin_story_key", "team") == ("SP-24", "Search")


def test_a_label_of_specification_counts_from_when_it_was_given(ask: Ask) -> None:
    assert story(ask, "SP-25", "spec_at") == (day(2),)


def test_the_set_freezes_in_production_and_what_follows_is_a_follow_up(ask: Ask) -> None:
    told = story(ask, "SP-30", "code_complete_at", "reviewed_at", "production_at", "full_rollout_at", "change_count")
    assert told == (day(12.5), day(14), day(15), day(15), 4)


def test_a_talk_after_production_is_feedback(ask: Ask) -> None:
    told = story(ask, "SP-30", "interviewed_at", "idea_lead_time_seconds", "story_cycle_time_seconds", "total_seconds")
    assert told == (day(8), 7 * DAY, 5 * DAY, 7 * DAY)


def test_a_pull_request_of_two_stories_counts_for_both(ask: Ask) -> None:
    assert story(ask, "SP-31", "production_at", "reviewed_at") == (day(21), day(20))
    assert story(ask, "SP-32", "change_count") == (2,)


def test_a_story_with_an_open_pull_request_is_not_in_production(ask: Ask) -> None:
    assert story(ask, "SP-32", "production_at", "reviewed_at", "story_cycle_time_seconds") == (None, None, None)


def test_a_merge_that_is_not_deployed_yet_is_awaited(ask: Ask) -> None:
    assert story(ask, "SP-35", "production_at", "reviewed_at") == (None, day(32))


def test_a_repository_that_is_never_deployed_holds_nothing_back(ask: Ask) -> None:
    assert story(ask, "SP-34", "production_at", "reviewed_at") == (day(30), day(29))


def test_milestones_out_of_order_stay_negative_and_are_flagged(ask: Ask) -> None:
    told = story(ask, "SP-36", "story_cycle_time_seconds", "total_seconds", "has_out_of_order_milestone")
    assert told == (-DAY, -DAY, True)
    # Heard after the ticket was written: the first milestone is still the talk.
    told = story(ask, "SP-31", "idea_lead_time_seconds", "total_seconds", "has_out_of_order_milestone")
    assert told == (9 * DAY, 9 * DAY, True)


def test_a_milestone_that_is_unknown_stays_null_and_one_alone_makes_no_span(ask: Ask) -> None:
    assert story(ask, "SP-21", "production_at", "total_seconds", "size") == (None, None, "3")


def test_ai_assistance_is_declared_or_not_known(ask: Ask) -> None:
    told = [story(ask, key, "ai_assistance")[0] for key in ("SP-23", "SP-30", "SP-21")]
    # Of SP-30 only its pull requests' steps are known, neither a commit nor a text.
    assert told == ["declared", "unknown", "unknown"]


def test_a_timeline_shows_every_lane_that_the_story_has(ask: Ask) -> None:
    told = ask("select lane, label from marts.fct_story_events where story_key = 'SP-31' order by occurred_at, label")
    assert told == [
        ("ticket", "Created in To Do"),
        ("feedback", "Interview: A talk"),
        ("change", "Pull request acme/shop#5 opened"),
        ("change", "Pull request acme/shop#5 merged"),
        ("deployment", "Deployed shop to production"),
    ]
