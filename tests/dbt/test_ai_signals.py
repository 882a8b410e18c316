"""What is a sign of AI, what is none, and what a story is called that has them."""

from typing import Any

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day
from tests.dbt.planting_ai import REPOSITORY, SIGNS


def story(ask: Ask, key: str) -> tuple[Any, ...]:
    (row,) = ask("select ai_assistance, ai_signals from marts.fct_stories where story_key = ?", key)
    return row


@pytest.mark.parametrize("key", SIGNS)
def test_a_story_is_called_by_the_strongest_sign_of_its_pull_request_and_by_no_word_about_tools(ask: Ask, key: str):
    called, signals = story(ask, key)
    assert called == SIGNS[key][1]
    assert bool(signals) == (called in ("declared", "detected"))


def test_without_a_pull_request_only_the_ticket_can_tell(ask: Ask):
    assert story(ask, "AI-40") == ("unknown", [])
    assert story(ask, "AI-41") == ("declared", ["story label: declared"])


def test_an_ai_that_reviews_wrote_nothing_and_ends_no_wait_for_review(ask: Ask):
    number = 900 + list(SIGNS).index("AI-29")
    told = ask(
        "select ai_authored, ai_reviewed, ai_signals, first_review_at, approved_at from marts.fct_changes "
        "where change_key = ?",
        f"{REPOSITORY}#{number}",
    )
    assert told == [(False, True, ["reviewer: CodeRabbit"], None, None)]
    # Nobody approved, so it is reviewed when it is merged.
    assert ask("select reviewed_at from marts.fct_stories where story_key = 'AI-29'") == [(day(53),)]


def test_every_sign_says_how_strong_it_is_and_why(ask: Ask):
    told = ask(
        "select distinct kind, strength from staging.stg_settings__ai_signals where reason is not null order by 1"
    )
    assert {kind: strength for kind, strength in told if kind != "trailer"} == {
        "author": "authorship", "branch": "authorship", "checkbox": "declared", "footer": "footer",
        "label": "declared", "note": "provenance", "reviewer": "review",
    }  # fmt: skip
    strengths = (
        "select list(strength order by strength) from intermediate.int_change_ai_signals where change_key like ?"
    )
    assert ask(strengths, f"{REPOSITORY}#900") == [(["declared"],)]


def test_nothing_in_a_mart_names_a_developer_beside_what_is_estimated(ask: Ask):
    columns = ask("select column_name from information_schema.columns where table_name = 'fct_ai_comparison'")
    assert [name for (name,) in columns if "developer" in name and not name.startswith("n_")] == []
