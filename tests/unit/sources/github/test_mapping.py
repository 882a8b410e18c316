"""What GitHub's answers mean: merges, drafts, closings, attempts, statuses."""

from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.github as folder
from pipelines.events.envelope import Event, MappingError
from pipelines.sources.github import SOURCE

ADA, BOT = {"login": "p_" + "a" * 16, "type": "User"}, {"login": "codecov[bot]", "type": "Bot"}
WEB = "https://github.com/acme/shop"


def events(stream: str, body: Any, key: str = "acme/shop#1") -> list[Event]:
    return list(SOURCE.to_events("github.com", stream, key, body))


def types(found: list[Event]) -> list[str]:
    return [event.event_type for event in found]


def pull(**fields: Any) -> dict[str, Any]:
    at = {"created_at": "2026-03-02T10:00:00Z", "updated_at": "2026-03-02T12:00:00+02:00"}
    return {"number": 1, "state": "open", "user": ADA, "merge_commit_sha": "f" * 40, **at, **fields}


def happened(event_id: int, kind: str, at: str = "2026-03-02T11:00:00Z", **fields: Any) -> dict[str, Any]:
    issue = {"number": 1, "html_url": f"{WEB}/pull/1"}
    return {"id": event_id, "event": kind, "created_at": at, "actor": ADA, "issue": issue, **fields}


def test_the_test_merge_of_an_open_pull_request_is_no_merge() -> None:
    opened, updated = events("pull_requests", pull())
    assert (opened.event_type, opened.actor) == ("change.opened", ADA["login"])
    assert updated.payload["merge_sha"] is None
    assert updated.payload["updated_at"] == "2026-03-02T10:00:00Z"


def test_a_merged_pull_request_is_merged_and_not_closed() -> None:
    at = "2026-03-02T12:00:00Z"
    found = events("pull_requests", pull(state="closed", closed_at=at, merged_at=at))
    assert types(found) == ["change.opened", "change.updated", "change.merged"]
    assert found[1].payload["state"] == "merged"
    assert found[2].payload["merge_sha"] == "f" * 40


def test_the_closing_that_a_merge_brings_is_no_closing() -> None:
    merge = [happened(1, "closed", "2026-03-02T11:00:01Z"), happened(2, "merged")]
    assert types(events("issue_events", merge)) == ["change.merged"]
    assert types(events("issue_events", [happened(1, "closed")])) == ["change.closed"]


def test_a_closing_that_is_told_twice_is_as_it_was_told_first() -> None:
    # A bot's closing came again under another number: the mapping took the last, the log takes the first.
    (closing,) = events("issue_events", [happened(7, "closed", actor=BOT), happened(8, "closed")])
    assert (closing.source_record_id, closing.actor) == ("7", "bot:codecov[bot]")


def test_a_fact_from_the_timeline_is_the_fact_from_the_list_of_events() -> None:
    rows = [happened(1, "ready_for_review"), happened(2, "head_ref_force_pushed"), happened(3, "merged")]
    told_twice = [{name: part for name, part in row.items() if name != "issue"} for row in rows]
    assert events("pull_timeline", told_twice) == events("issue_events", rows)


def test_a_merge_and_a_closing_told_by_the_pull_request_are_the_ones_its_events_tell() -> None:
    at = "2026-03-02T11:00:00Z"
    merged = events("pull_requests", pull(closed_at=at, merged_at=at))[-1]
    closed = events("pull_requests", pull(state="closed", closed_at=at))[-1]
    assert merged.event_id == events("issue_events", [happened(1, "merged")])[0].event_id
    assert closed.event_id == events("issue_events", [happened(1, "closed")])[0].event_id


@pytest.mark.parametrize("kind", ["convert_to_draft", "converted_to_draft"])
def test_a_pull_request_can_go_back_to_draft(kind: str) -> None:
    assert types(events("issue_events", [happened(1, kind)])) == ["change.converted_to_draft"]


def test_reviews_comments_and_commits_of_the_timeline_are_those_of_their_own_lists() -> None:
    review = {"id": 5, "user": BOT, "state": "APPROVED", "submitted_at": "2026-03-02T11:00:00Z"}
    comment = {"id": 5, "user": ADA, "html_url": f"{WEB}/pull/1#issuecomment-5", "created_at": "2026-03-02T11:00:00Z"}
    git = {"author": {"email": ADA["login"], "date": "2026-03-01T10:00:00Z"}}
    timeline = [
        {"event": "committed", "sha": "c" * 40, **git},
        {**review, "event": "reviewed", "state": "approved"},
        {**comment, "event": "commented"},
        {"event": "line-commented", "comments": [comment]},
        {"event": "cross-referenced", "created_at": "2026-03-02T11:00:00Z"},
    ]
    apart = [
        *events("pull_commits", [{"sha": "c" * 40, "commit": git, "author": None}]),
        *events("pull_reviews", [review]),
        *events("issue_comments", [comment]),
        *events("review_comments", [comment]),
    ]
    assert events("pull_timeline", timeline) == apart
    assert apart[1].actor == "bot:codecov[bot]"


def test_a_review_that_was_never_submitted_is_none() -> None:
    assert events("pull_reviews", [{"id": 5, "user": ADA, "state": "PENDING"}]) == []


def test_a_comment_on_an_issue_tells_nothing_of_a_change() -> None:
    row = {"id": 5, "html_url": f"{WEB}/issues/1#issuecomment-5", "created_at": "2026-03-02T11:00:00Z"}
    assert events("issue_comments", [row]) == []


def test_a_comment_by_a_deleted_account_has_no_actor() -> None:
    row = {"id": 5, "user": None, "html_url": f"{WEB}/pull/1#c", "created_at": "2026-03-02T11:00:00Z"}
    assert [event.actor for event in events("issue_comments", [row])] == [None]


def test_a_commit_after_the_opening_keeps_both_its_times() -> None:
    dates = {"author": {"date": "2026-03-02T10:30:00Z"}, "committer": {"date": "2026-03-02T11:00:00Z"}}
    (commit,) = events("pull_commits", [{"sha": "c" * 40, "commit": dates}])
    assert commit.payload["authored_at"] == "2026-03-02T10:30:00Z"
    assert commit.payload["committed_at"] == "2026-03-02T11:00:00Z"


@pytest.mark.parametrize(
    ("status", "conclusion", "expected"),
    [
        ("completed", "success", ("completed", "success")),
        ("COMPLETED", "SUCCESS", ("completed", "success")),
        ("TIMED_OUT", "timed_out", ("completed", "timed_out")),
        ("failure", "", ("completed", "failure")),
        ("WAITING", "", ("queued", None)),
        ("requested", None, ("queued", None)),
        ("in_progress", "", ("in_progress", None)),
    ],
)
def test_statuses_are_told_in_one_way(status: str, conclusion: str | None, expected: tuple[str, str | None]) -> None:
    last = events("actions_runs", run(status=status, conclusion=conclusion), "acme/shop/5.1")[-1]
    assert (last.payload["status"], last.payload.get("conclusion")) == expected


def run(**fields: Any) -> dict[str, Any]:
    times = {"created_at": "2026-03-02T10:00:00Z", "run_started_at": "2026-03-02T11:00:00Z"}
    return {"id": 5, "run_attempt": 1, "status": "completed", **times, "updated_at": "2026-03-02T11:05:00Z", **fields}


def test_a_re_run_is_asked_for_when_it_starts_and_not_when_the_first_attempt_was() -> None:
    queued, started, finished = events("actions_runs", run(run_attempt=2, conclusion="success"), "acme/shop/5.2")
    assert queued.occurred_at == started.occurred_at < finished.occurred_at
    assert finished.subject == "build:acme/shop/5.2"
    first = events("actions_runs", run(conclusion="failure"), "acme/shop/5.1")[0]
    assert first.occurred_at < queued.occurred_at


def test_a_run_counts_for_pull_requests_of_its_own_repository_alone() -> None:
    def named(number: int, repository: str) -> dict[str, Any]:
        return {"number": number, "base": {"repo": {"url": f"https://api.github.com/repos/{repository}"}}}

    pulls = [named(1, "acme/shop"), named(9, "acme/shop-fork"), {"number": 2}]
    found = events("actions_runs", run(pull_requests=pulls), "acme/shop/5.1")
    assert found[0].payload["change_numbers"] == [1, 2]


def test_a_waiting_job_has_not_begun() -> None:
    job = {"id": 7, "run_id": 5, "status": "waiting", "started_at": "2026-03-02T11:00:00Z", "completed_at": None}
    assert events("actions_jobs", job, "acme/shop/7") == []


@pytest.mark.parametrize(
    ("payload", "service"),
    [({"service": "till"}, "till"), ('{"service": "till"}', "till"), ("{words", None), ({}, None), (None, None)],
)
def test_a_deployment_may_name_its_service(payload: Any, service: str | None) -> None:
    body = {"id": 3, "created_at": "2026-03-02T11:00:00Z", "payload": payload, "environment": "production"}
    (created,) = events("deployments", body, "acme/shop/3")
    assert created.payload["service"] == service
    assert created.payload["is_production"] is None


def test_an_unknown_word_goes_to_quarantine_and_is_not_guessed() -> None:
    for stream, body in (
        ("actions_runs", run(status="exploded")),
        ("pull_reviews", [{"id": 5, "state": "SHRUGGED", "submitted_at": "2026-03-02T11:00:00Z"}]),
        ("deployment_statuses", [{"id": 5, "state": "lost", "created_at": "2026-03-02T11:00:00Z"}]),
    ):
        with pytest.raises(MappingError, match="unknown"):
            events(stream, body)


def test_a_time_that_is_none_is_named() -> None:
    with pytest.raises(MappingError, match=r"acme/shop#1 has created_at 'soon', which is no time"):
        events("pull_requests", pull(created_at="soon"))


def test_every_declared_type_stands_in_the_fixtures() -> None:
    golden = (Path(folder.__path__[0]) / "fixtures" / "events.golden.jsonl").read_text(encoding="utf-8")
    assert [name for name in sorted(SOURCE.emits) if f'"event_type":"{name}"' not in golden] == []
