"""From a flag's changes to its story's milestones: users come later than code."""

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day
from tests.dbt.test_status_visits import story


@pytest.mark.parametrize(
    ("key", "production", "full", "flags"),
    [
        ("FL-1", day(34), day(38), 1),
        ("FL-2", None, None, 1),
        ("FL-3", day(34), day(35), 1),
        ("FL-4", day(31.54), day(31.54), 0),
        ("FL-5", day(35), None, 1),
        ("FL-6", day(34), None, 1),
        ("FL-7", day(35), None, 1),
        ("FL-8", day(34), None, 2),
    ],
    ids=["raised again", "staging alone", "put away when all had it", "given up", "named first", "two projects",
         "unknown at first", "two flags"],
)  # fmt: skip
def test_a_story_with_a_flag_is_in_production_when_its_users_are(ask: Ask, key, production, full, flags) -> None:
    assert story(ask, key, "production_at", "full_rollout_at", "flag_count") == (production, full, flags)


def test_the_set_freezes_with_the_first_users_and_not_with_the_code(ask: Ask) -> None:
    assert story(ask, "FL-1", "code_complete_at", "change_count") == (day(33.5), 3)


def test_a_flag_is_tied_by_the_surest_place_and_each_refusal_says_why(ask: Ask) -> None:
    told = ask(
        "select from_key, to_key, rule, is_linked from marts.fct_links where from_kind = 'flag' "
        "and regexp_matches(from_key, '^(app/toggle|web/toggle|by-settings|export|fl-.*|named|staged)$') order by all"
    )
    assert told == [
        ("app/toggle", None, "none", False),
        ("by-settings", "FL-3", "settings", True),
        ("export", "FL-1", "custom property", True),
        ("fl-4-mistake", "FL-4", "key of the flag", True),
        ("fl-7-guest", "FL-7", "key of the flag", True),
        ("fl-8-a", "FL-8", "key of the flag", True),
        ("fl-8-b", "FL-8", "key of the flag", True),
        ("named", "FL-1", "description", False),
        ("named", "FL-5", "name", True),
        ("named", "NO-1", "description", False),
        ("named", "UTF-8", "name", False),
        ("staged", "FL-2", "tag", True),
        ("web/toggle", "FL-6", "settings", True),
    ]
    (reason,) = ask("select reason from marts.fct_links where from_key = 'named' and to_key = 'FL-1'")
    assert reason == ("FL-1 stands in the description, but the name names another story",)


def test_a_timeline_tells_each_share_in_words(ask: Ask) -> None:
    def labels(key: str) -> list[tuple[str]]:
        return ask(
            "select label from marts.fct_story_events where story_key = ? and lane = 'flag' order by occurred_at", key
        )

    assert labels("FL-1") == [
        ("Flag export reaches 10 % of production",),
        ("Flag export reaches 100 % of production",),
        ("Flag export falls to 0 % of production",),
        ("Flag export reaches 100 % of production",),
    ]
    assert labels("FL-3")[-1] == ("Flag by-settings archived",)
    assert labels("FL-7")[0] == (
        "Flag fl-7-guest reaches an unknown share of live, since rule 1 chooses people by country",
    )
