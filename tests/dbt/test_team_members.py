"""Who worked for which team when, and where a story's learnings went."""

import re
from datetime import date, timedelta

from pipelines.settings import PROJECT_ROOT
from tests.dbt.conftest import Ask
from tests.dbt.planting import START
from tests.dbt.planting_stages import JOINER, RETURNER, VISITOR


def on(number: int) -> date:
    return START.date() + timedelta(days=number)


def members(ask: Ask, person: str) -> list[tuple]:
    return ask(
        "select team, valid_from, valid_to, team_count, weight, act_count "
        "from marts.dim_team_members where person_key = ? order by valid_from, team",
        person,
    )


def test_who_changes_the_team_is_in_both_for_a_time_and_counts_once(ask: Ask) -> None:
    assert members(ask, JOINER) == [
        ("helpers", on(0), on(6), 1, 1.0, 3),
        ("helpers", on(6), on(11), 2, 0.5, 3),
        ("teamers", on(6), on(11), 2, 0.5, 3),
        ("teamers", on(11), None, 1, 1.0, 3),
    ]


def test_who_comes_back_after_a_long_silence_was_away(ask: Ask) -> None:
    assert members(ask, RETURNER) == [
        ("teamers", on(0), on(3), 1, 1.0, 3),
        ("teamers", on(80), None, 1, 1.0, 3),
    ]


def test_a_visitor_and_a_bot_are_no_members(ask: Ask) -> None:
    assert members(ask, VISITOR) == []
    assert ask("select * from marts.dim_team_members where person_key like 'bot:%'") == []


def test_the_learnings_of_a_story_are_followed_to_the_next_stories_and_a_circle_ends(ask: Ask) -> None:
    # The very query of the documentation.
    text = (PROJECT_ROOT / "docs" / "metrics.md").read_text()
    (query,) = re.findall(r"```sql\n(with recursive.*?)```", text, re.DOTALL)

    def learned(key: str) -> list[tuple]:
        return ask(query.replace("SHOP-1", key))

    assert learned("OR-1") == [("OR-2", 1), ("OR-3", 1), ("OR-4", 2)]
    assert learned("OR-5") == [("OR-6", 1)]
    assert learned("OR-7") == []
