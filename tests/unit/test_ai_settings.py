"""What is said of AI tools in the settings, as the models get it."""

from datetime import date

import pytest
from pydantic import ValidationError

from pipelines.ai_settings import Ai, AiSignal
from pipelines.settings import Settings, Stories
from pipelines.variables import variables
from warehouse.people import pseudonyms


def test_a_developer_is_told_by_the_account_and_known_by_the_key_that_the_log_has():
    day = date(2025, 6, 1)
    settings = Settings(ai=Ai(teams={"Search": day}, developers={"ada@acme.example": day, "p_0123456789abcdef": day}))
    told = variables(settings)["ai_dates"]
    assert {one["enabled_at"] for one in told} == {"2025-06-01 00:00:00+00"}
    keys = {one["key"] for one in told if one["scope"] == "developer"}
    assert keys >= {pseudonyms(settings).key("jira", "email", "Ada@acme.example"), "p_0123456789abcdef"}
    assert [one["key"] for one in told if one["scope"] == "team"] == ["search"]
    # Neither dbt's variables nor its logs may hold who it is.
    assert "ada" not in str(told)


def test_the_labels_of_stories_are_signs_of_pull_requests_too_and_ones_own_signs_stand_beside_them():
    own = AiSignal(kind="branch", pattern="bot/", tool="Our own")
    settings = Settings(ai=Ai(signals=(own,)), stories=Stories(ai_labels=("Robot",)))
    told = variables(settings)["ai_signals"]
    assert [(one["kind"], one["pattern"], one["is_declared"]) for one in told] == [
        ("label", "robot", True),
        ("branch", "bot/", False),
    ]


def test_without_a_day_there_is_none():
    assert variables(Settings())["ai_enabled_at"] is None
    assert variables(Settings(ai=Ai(enabled_on=date(2025, 6, 1))))["ai_enabled_at"] == "2025-06-01 00:00:00+00"


def test_a_pattern_that_cannot_be_searched_for_is_refused():
    with pytest.raises(ValidationError, match="no regular expression"):
        AiSignal(kind="trailer", pattern="(", tool="x")
    assert AiSignal(kind="author", pattern="(", tool="x").pattern == "("
