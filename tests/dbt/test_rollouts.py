"""From a flag's changes to its steps, epochs and what became of it."""

from typing import Any

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day


def steps(ask: Ask, key: str, *columns: str, environment: str = "production") -> list[tuple[Any, ...]]:
    return ask(
        f"select {', '.join(columns)} from marts.fct_rollout_steps "
        "where flag_key = ? and environment = ? order by started_at",
        key,
        environment,
    )


def rollouts(ask: Ask, key: str, *columns: str) -> list[tuple[Any, ...]]:
    return ask(
        f"select {', '.join(columns)} from marts.fct_rollouts "
        "where flag_key = ? and environment = 'production' order by epoch",
        key,
    )


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("two-at-once", [(1, 1, 10, "raise"), (1, 2, 5, "rollback"), (1, 3, 100, "re_raise")]),
        ("by-country", [(1, 1, 0, "off"), (1, 2, None, "unknown"), (1, 3, 50, "raise"), (1, 4, None, "unknown"),
                        (1, 5, 20, "rollback")]),
        ("taken-anew", [(1, 1, 10, "raise"), (1, 2, 100, "raise"), (2, 1, 0, "off"), (2, 2, 10, "raise")]),
        ("backwards", [(1, 1, 10, "raise"), (1, 2, 50, "raise"), (1, 3, 100, "raise")]),
        ("put-away", [(1, 1, 100, "raise"), (1, 2, 100, "hold")]),
        ("dealt-anew", [(1, 1, 10, "raise"), (2, 1, 10, "hold"), (2, 2, 100, "raise")]),
        ("dipped", [(1, 1, 10, "raise"), (1, 2, 50, "raise"), (1, 3, 10, "rollback"), (1, 4, 50, "re_raise"),
                    (1, 5, 100, "raise")]),
        ("export", [(1, 1, 0, "off"), (1, 2, 10, "raise"), (1, 3, 100, "raise"), (1, 4, 0, "rollback"),
                    (2, 1, 100, "re_raise")]),
    ],
)  # fmt: skip
def test_a_rollout_is_told_step_by_step_and_begins_anew_where_its_people_do(ask: Ask, key, told) -> None:
    assert steps(ask, key, "epoch", "step", "percentage", "kind") == told
    falls = [kind == "rollback" for _, _, _, kind in told]
    assert [is_fall for (is_fall,) in steps(ask, key, "is_rollback")] == falls


def test_steps_stand_in_the_order_of_their_times_and_not_of_their_arrival(ask: Ask) -> None:
    assert steps(ask, "backwards", "started_at", "ended_at", "duration_seconds", "is_pause") == [
        (day(34), day(44), 10 * 86_400, True),
        (day(44), day(45), 86_400, False),
        (day(45), None, None, False),
    ]


def test_a_flag_that_is_put_away_ends_its_step_and_is_as_whole_as_before_when_it_is_taken_out(ask: Ask) -> None:
    assert steps(ask, "put-away", "ended_at", "ended_by", "is_unbroken_full", "age_seconds") == [
        (day(40), "archived", True, None),
        (None, None, True, 50 * 86_400),
    ]
    assert rollouts(ask, "put-away", "full_at", "outcome", "is_put_away") == [(day(34), "full", False)]
    assert rollouts(ask, "by-settings", "outcome", "is_put_away", "is_stale", "full_days") == [
        ("full", True, False, None)
    ]


def test_a_share_that_nobody_knows_is_neither_raised_nor_all_and_says_why(ask: Ask) -> None:
    reasons = steps(ask, "by-country", "unknown_reason")
    assert reasons[1] == ("rule 1 chooses people by country",)
    assert rollouts(ask, "by-country", "outcome", "first_users_at", "full_at", "highest_percentage") == [
        ("partial", day(36), None, 50)
    ]


def test_each_epoch_says_what_became_of_it(ask: Ask) -> None:
    columns = ("epoch", "outcome", "is_current", "first_users_at", "full_at", "rolled_back_at")
    assert rollouts(ask, "export", *columns) == [
        (1, "rolled_back", False, day(34), None, day(37)),
        (2, "full", True, day(38), day(38), None),
    ]
    assert rollouts(ask, "dealt-anew", *columns) == [
        (1, "started_anew", False, day(34), None, None),
        (2, "full", True, day(36), day(38), None),
    ]
    assert rollouts(ask, "taken-anew", *columns) == [
        (1, "full", False, day(34), day(35), None),
        (2, "partial", True, day(43), None, None),
    ]


def test_a_holdback_is_no_pause_and_not_all(ask: Ask) -> None:
    assert steps(ask, "held-back", "percentage", "is_pause", "is_holdback", "is_unbroken_full") == [
        (50, True, False, False),
        (95, False, True, False),
        (100, False, False, True),
    ]
    columns = ("first_users_at", "full_at", "first_users_to_full_seconds", "paused_seconds", "held_back_seconds")
    days = 86_400
    assert rollouts(ask, "held-back", *columns) == [(day(34), day(94), 60 * days, 20 * days, 40 * days)]


def test_what_happens_elsewhere_is_no_step_of_production(ask: Ask) -> None:
    assert steps(ask, "only-elsewhere", "percentage", "is_production", environment="staging") == [(100, False)]
    assert rollouts(ask, "only-elsewhere", "outcome", "first_users_at", "is_stale") == [("not_released", None, False)]


def test_what_all_have_had_for_long_is_stale_unless_it_is_made_to_stay(ask: Ask) -> None:
    assert rollouts(ask, "left-over", "is_stale", "full_days") == [(True, 70)]
    assert rollouts(ask, "made-to-stay", "is_stale", "full_days") == [(False, 70)]
