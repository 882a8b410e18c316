"""What became of a ticket, by its visits to statuses: migrations and renamings move nothing."""

from tests.dbt.conftest import Ask
from tests.dbt.planting import day

DAY = 86_400.0


def visits(ask: Ask, key: str) -> list[tuple[object, ...]]:
    return ask(
        "select status, visit_number, entered_at, left_at from marts.fct_story_status_intervals"
        " where story_key = ? order by position",
        key,
    )


def story(ask: Ask, key: str, *columns: str) -> tuple[object, ...]:
    return ask(f"select {', '.join(columns)} from marts.fct_stories where story_key = ?", key)[0]


def test_a_reopened_story_keeps_its_first_start_and_its_first_end(ask: Ask) -> None:
    told = story(ask, "SP-1", "started_at", "first_done_at", "done_at", "reopened_count", "is_open")
    assert told == (day(1), day(2), day(5), 1, False)


def test_a_story_that_is_open_again_is_not_done(ask: Ask) -> None:
    assert story(ask, "SP-2", "first_done_at", "done_at", "is_open") == (day(2), None, True)


def test_a_renamed_status_shows_its_present_name_in_every_visit(ask: Ask) -> None:
    told = [(status, number) for status, number, *_ in visits(ask, "SP-3")]
    assert told == [("To Do", 1), ("Code Review", 1), ("In Progress", 1), ("Code Review", 2)]


def test_a_bulk_migration_moves_neither_start_nor_end(ask: Ask) -> None:
    assert story(ask, "SP-4", "started_at", "done_at", "reopened_count") == (day(1), day(3), 0)
    assert len(visits(ask, "SP-4")) == 5


def test_a_silent_migration_within_a_category_only_renames_the_last_visit(ask: Ask) -> None:
    assert visits(ask, "SP-5") == [("To Do", 1, day(0), day(1)), ("Doing", 1, day(1), None)]


def test_a_silent_migration_to_another_category_begins_a_visit_when_the_ticket_was_updated(ask: Ask) -> None:
    assert visits(ask, "SP-6")[-2:] == [("In Progress", 1, day(1), day(40)), ("Done", 1, day(40), None)]
    assert story(ask, "SP-6", "done_at") == (day(40),)


def test_a_visit_of_three_seconds_is_a_visit(ask: Ask) -> None:
    told = ask(
        "select status, duration_seconds from marts.fct_story_status_intervals"
        " where story_key = 'SP-7' order by position"
    )
    assert told == [("To Do", DAY), ("In Progress", 3.0), ("Code Review", DAY - 3.0), ("Done", None)]


def test_a_status_that_is_gone_counts_as_one_of_the_same_name(ask: Ask) -> None:
    assert story(ask, "SP-8", "done_at") == (day(1),)


def test_a_doubled_history_in_any_order_is_one_history(ask: Ask) -> None:
    assert visits(ask, "SP-9") == [
        ("To Do", 1, day(0), day(1)),
        ("In Progress", 1, day(1), day(2)),
        ("Done", 1, day(2), None),
    ]


def test_the_settings_decide_what_a_status_counts_as(ask: Ask) -> None:
    assert story(ask, "SP-10", "activated_at", "started_at") == (day(1), day(2))


def test_a_gap_in_a_history_is_counted_and_its_visits_stay(ask: Ask) -> None:
    assert [status for status, *_ in visits(ask, "SP-11")] == ["To Do", "In Progress", "Done"]
    assert ask("select total - linked from marts.data_quality where check_name = 'status_history_without_gaps'") == [
        (1,)
    ]


def test_a_status_of_unknown_category_proves_no_move(ask: Ask) -> None:
    told = story(ask, "SP-12", "started_at", "done_at", "reopened_count")
    assert told == (day(1), day(40), 0)


def test_a_deleted_ticket_keeps_its_rows_and_its_last_visit_ends(ask: Ask) -> None:
    assert story(ask, "SP-13", "is_deleted", "is_open", "started_at") == (True, False, day(1))
    assert visits(ask, "SP-13")[-1] == ("In Progress", 1, day(1), day(6))


def test_a_ticket_created_in_work_was_started_when_it_was_created(ask: Ask) -> None:
    assert story(ask, "SP-14", "started_at", "activated_at") == (day(0), day(0))


def test_the_age_of_the_present_visit_is_counted_from_as_of(ask: Ask) -> None:
    told = ask(
        "select age_seconds, duration_seconds from marts.fct_story_status_intervals"
        " where story_key = 'SP-14' and is_current"
    )
    assert told == [(100 * DAY, None)]
