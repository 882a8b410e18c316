"""What a pull request's times say: drafts, bots, comments before it was ready, commits that come late."""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.dbt.planting_delivery import ADA, BEN, EVE, PLAIN_BOT, Marts, Plan, at

HOUR = 3600.0


def planted() -> Plan:
    plan = Plan()
    plan.repository()
    # 1: a draft; help while it was one, a bot once it was ready, then a person.
    plan.change(1, opened=1, merged=9, merge="m1", commits={"c1": 0, "c2": 0.5})
    plan.step(1, "commented", 2, BEN)
    plan.step(1, "reviewed", 2.5, BEN, state="commented")
    plan.step(1, "marked_ready", 3)
    plan.step(1, "reviewed", 3.1, "bot:coderabbitai[bot]", state="commented")
    plan.step(1, "commented", 3.2, "bot:golangcibot")
    plan.step(1, "commented", 3.3, ADA)
    plan.step(1, "reviewed", 5, BEN, state="changes_requested")
    plan.step(1, "reviewed", 7, BEN, state="approved")
    plan.step(1, "reviewed", 8, EVE, state="dismissed")
    # 2: went back to draft after its first review, and was ready again before it was merged.
    plan.change(2, opened=1, merged=9, merge="m2")
    plan.step(2, "reviewed", 2, BEN, state="commented")
    plan.step(2, "converted_to_draft", 3)
    plan.step(2, "marked_ready", 6)
    plan.step(2, "reviewed", 7, BEN, state="approved")
    # 3: ready, but looked at only after it went to draft and came back.
    plan.change(3, opened=1)
    plan.step(3, "converted_to_draft", 2)
    plan.step(3, "commented", 3, BEN)
    plan.step(3, "marked_ready", 4)
    plan.step(3, "reviewed", 4, BEN, state="commented")
    _hardly_reviewed(plan)
    return plan


def _hardly_reviewed(plan: Plan) -> None:
    # 4: still a draft. 5: nobody reviewed. 6: only its author, an unknown and a bot that looks like a person did.
    plan.change(4, opened=1, is_draft=True)
    plan.step(4, "commented", 2, BEN)
    plan.change(5, opened=1, merged=2, merge="m5")
    plan.change(6, opened=1, merged=9, merge="m6", commits={"late": 4})
    plan.step(6, "reviewed", 2, ADA, state="commented")
    plan.step(6, "reviewed", 3, None, state="approved")
    plan.step(6, "reviewed", 4, "bot:review-bot", state="approved")
    # 7: a person came only after the merge. 8: an AI wrote it, 9: only moves versions.
    plan.change(7, opened=1, merged=2, merge="m7")
    plan.step(7, "commented", 3, BEN)
    plan.change(
        8, opened=1, author="bot:copilot-swe-agent[bot]", body="🤖 Generated with [Claude Code](https://claude.com)",
        commits={"a8": 1}, messages={"a8": "Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>"},
    )  # fmt: skip
    plan.step(8, "reviewed", 2, "bot:copilot-pull-request-reviewer", state="commented")
    plan.change(9, opened=1, author="bot:dependabot[bot]", commits={"a9": 1}, messages={"a9": "Bump by noreply@x"})
    plan.change(10, opened=1, state="closed", closed_at=at(4))


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(home=Path(tmp_path_factory.mktemp("changes")))
    outcome = planted().build(settings, "fct_changes")
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


def test_a_comment_before_it_was_ready_and_a_bot_are_no_review(marts: Marts) -> None:
    row = marts.change(1)
    assert (row["ready_at"], row["first_review_at"]) == (at(3), at(5))
    assert (row["coding_seconds"], row["pickup_seconds"], row["review_seconds"]) == (HOUR, 2 * HOUR, 4 * HOUR)


def test_a_dismissed_review_counts_as_a_review_and_not_as_an_approval(marts: Marts) -> None:
    row = marts.change(1)
    assert (row["approved_at"], row["review_count"], row["commit_count"]) == (at(7), 4, 2)


def test_a_draft_after_the_first_review_does_not_move_ready(marts: Marts) -> None:
    row = marts.change(2)
    assert (row["ready_at"], row["first_review_at"], row["approved_at"]) == (at(1), at(2), at(7))


def test_ready_is_when_it_last_left_draft_before_its_first_review(marts: Marts) -> None:
    row = marts.change(3)
    assert (row["ready_at"], row["first_review_at"], row["pickup_seconds"]) == (at(4), at(4), 0.0)
    assert row["state"] == "open"


def test_what_never_left_draft_was_never_ready(marts: Marts) -> None:
    row = marts.change(4)
    assert (row["ready_at"], row["first_review_at"], row["closed_at"]) == (None, None, None)


def test_without_a_review_it_was_ready_when_it_was_opened(marts: Marts) -> None:
    row = marts.change(5)
    assert (row["ready_at"], row["pickup_seconds"], row["review_seconds"]) == (at(1), None, None)


def test_authors_unknowns_and_bots_do_not_review(marts: Marts) -> None:
    row = marts.change(6)
    assert (row["first_review_at"], row["approved_at"], row["review_count"]) == (None, None, 0)


def test_a_commit_authored_after_it_was_opened_leaves_coding_null_and_flagged(marts: Marts) -> None:
    row = marts.change(6)
    assert (row["first_commit_at"], row["coding_seconds"]) == (at(4), None)
    assert (row["negative_spans"], row["has_negative_span"]) == ("coding", True)


def test_a_comment_after_the_merge_is_flagged_and_not_clamped(marts: Marts) -> None:
    row = marts.change(7)
    assert (row["pickup_seconds"], row["review_seconds"], row["negative_spans"]) == (2 * HOUR, None, "review")


def test_ai_is_told_by_explicit_signs_and_a_version_bot_is_none(marts: Marts) -> None:
    row = marts.change(8)
    assert (row["ai_authored"], row["ai_reviewed"], row["is_bot_author"]) == (True, True, True)
    assert row["ai_signals"] == ["author: Copilot", "footer: Claude", "reviewer: Copilot", "trailer: Claude"]
    version_bot = marts.change(9)
    assert (version_bot["ai_authored"], version_bot["is_bot_author"]) == (False, True)
    assert marts.change(1)["ai_reviewed"] is True


def test_what_is_given_up_is_closed_and_never_merged(marts: Marts) -> None:
    row = marts.change(10)
    assert (row["state"], row["closed_at"], row["merged_at"]) == ("closed", at(4), None)
    assert row["deployment_link"] == "not merged"


def test_a_person_whom_the_settings_call_a_bot_does_not_review(tmp_path: Path) -> None:
    """The account says it is a person; the settings know better, and by then the log only has its key."""
    import pipelines.models as models

    plan = Plan()
    plan.change(1, opened=1)
    plan.step(1, "reviewed", 2, PLAIN_BOT, state="approved")
    settings = Settings(home=tmp_path)
    told = models.variables(settings) | {"bot_keys": [PLAIN_BOT]}
    assert plan.build(settings, "fct_changes").error is None
    run = ["run", "--select", "+fct_changes"]
    assert models.invoke(settings, run, told, manifest=models.parse(settings)).success
    assert Marts(settings).change(1)["first_review_at"] is None
