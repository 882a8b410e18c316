"""What a CloudEvent tells."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.events.catalog import EVENT_TYPES
from pipelines.sources.cloudevents import SOURCE
from pipelines.sources.cloudevents.packages import Made, made_of

from .conftest import SHA, cdevent, events, keys, line, told

PRODUCTION = {"environment": {"id": "production"}}


def test_an_exported_event_is_the_very_same_event() -> None:
    data = {"subject": "ticket:t/1", "actor": "p_0123456789abcdef", "source_record_id": "9",
            "payload": {"key": "A-1", "comment_id": "9"}}  # fmt: skip
    (found,) = events(line("dev.storyline.ticket.commented.v1", data, id="f" * 32,
                           source="urn:storyline:jira:jira.acme.example%3A8443", extension="x"))  # fmt: skip
    assert (found.event_id, found.source, found.instance) == ("f" * 32, "jira", "jira.acme.example:8443")
    assert (found.subject, found.actor, found.source_record_id) == ("ticket:t/1", "p_0123456789abcdef", "9")


def test_an_interview_by_hand_needs_its_time_and_what_came_of_it() -> None:
    (found,) = events(line("dev.storyline.interview.held.v1", {"story_keys": ["SHOP-1"], "actor": "ada"}))
    assert (found.event_type, found.subject) == ("interview.held", "interview:e-1")
    assert told(found) == {"interview_id": "e-1", "story_keys": ["SHOP-1"]}
    assert found.actor == keys().key("cloudevents", "login", "ada")


def test_an_incident_by_hand_is_closed_by_its_id() -> None:
    (opened,) = events(line("dev.storyline.incident.opened.v1", {"service": "shop"}))
    (resolved,) = events(line("dev.storyline.incident.resolved.v1", {"incident_id": "e-1"}, id="e-2"))
    assert opened.subject == resolved.subject == "incident:e-1"


def test_a_deployment_by_hand_and_its_status_are_about_one_deployment() -> None:
    (created,) = events(line("dev.storyline.deployment.created.v1", {"repository": "acme/shop", "sha": SHA}))
    status = {"repository": "acme/shop", "deployment_id": "e-1", "state": "success"}
    (succeeded,) = events(line("dev.storyline.deployment.status_changed.v1", status, id="e-2"))
    assert created.subject == succeeded.subject == "deployment:acme/shop/e-1"
    assert created.payload["created_at"] == "2026-02-05T10:00:00+00:00"


def test_a_note_at_a_commit_is_about_that_commit() -> None:
    note = {"repository": "acme/shop", "sha": SHA, "notes_ref": "refs/notes/ai"}
    (found,) = events(line("dev.storyline.commit.annotated.v1", note))
    assert found.subject == f"commit:acme/shop@{SHA}"
    assert found.payload == note


def test_any_type_may_be_written_by_hand_with_a_subject() -> None:
    (found,) = events(line("dev.storyline.ticket.deleted.v1", {"key": "A-1"}, subject="ticket:t/A-1"))
    assert (found.subject, found.instance) == ("ticket:t/A-1", "https://ci.acme.example/shop")


@pytest.mark.parametrize("task", [("deployed", "deploy"), ("upgraded", "upgrade"), ("rolledback", "rollback")])
def test_a_service_that_got_an_artifact_is_a_deployment_and_its_success(task: tuple[str, str]) -> None:
    content = PRODUCTION | {"artifactId": f"pkg:github/acme/shop@{SHA}"}
    created, status = events(cdevent(f"service.{task[0]}.0.3.0", content, {"isProduction": True}))
    assert told(created) == {
        "repository": "acme/shop", "deployment_id": "e-1", "environment": "production", "service": "web", "sha": SHA,
        "task": task[1], "is_production": True, "created_at": "2026-02-05T10:00:00+00:00",
    }  # fmt: skip
    assert (status.payload["state"], status.subject) == ("success", created.subject)


def test_a_service_that_names_no_repository_stands_for_itself() -> None:
    created, _ = events(cdevent("service.deployed.0.2.0", PRODUCTION | {"artifactId": "web"}))
    assert (created.payload["repository"], created.payload["sha"]) == ("web", None)


@pytest.mark.parametrize(
    ("address", "made"),
    [
        (f"pkg:github/acme/shop@{SHA}", Made("acme/shop", SHA)),
        ("pkg:github/acme/shop@v1.2", Made("acme/shop", None)),
        ("pkg:oci/web@sha256%3A244fd4?repository_url=ghcr.io/acme/shop", Made("acme/shop", None)),
        (f"pkg:generic/web@1?vcs_url=git%2Bhttps://github.com/acme/shop.git%40{SHA}", Made("acme/shop", SHA)),
        ("pkg:npm/web@1.0.0", Made(None, None)),
        ("web", Made()),
        (None, Made()),
    ],
)
def test_a_package_address_tells_repository_and_commit(address: str | None, made: Made) -> None:
    assert made_of(address) == made


def test_incidents_open_and_end() -> None:
    content = PRODUCTION | {"service": {"id": "shop"}, "description": "5xx"}
    (opened,) = events(cdevent("incident.detected.0.3.0", content, subject="INC-1"))
    (resolved,) = events(cdevent("incident.resolved.0.2.0", content, subject="INC-1"))
    assert (opened.event_type, resolved.event_type) == ("incident.opened", "incident.resolved")
    assert told(opened) == {"incident_id": "INC-1", "service": "shop", "environment": "production", "title": "5xx"}


def test_a_ticket_is_closed_with_its_resolution() -> None:
    content = {"uri": "https://desk.example/browse/DESK-5", "resolution": "completed"}
    (found,) = events(cdevent("ticket.closed.0.2.0", content, subject="5"))
    assert (found.event_type, found.payload["key"], found.payload["resolution"]) == (
        "ticket.updated", "DESK-5", "completed",
    )  # fmt: skip
    assert found.payload["resolved_at"] == "2026-02-05T10:00:00+00:00"


def test_a_review_needs_the_change_that_it_is_of() -> None:
    content = {"repository": {"id": "acme/shop"}}
    (review,) = events(cdevent("change.reviewed.0.3.0", content, {"state": "approved", "actor": "bo"}, subject="pr-12"))
    assert (review.event_type, review.subject, review.payload["state"]) == (
        "change.reviewed", "change:acme/shop#12", "approved",
    )  # fmt: skip
    assert review.actor == keys().key("cloudevents", "login", "bo")
    (unnamed,) = events(cdevent("change.reviewed.0.3.0", {}, subject="pr-12"))
    assert unnamed.event_type == "cdevent.recorded"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("change.created.0.4.0", ["change.opened", "change.updated"]),
        ("change.updated.0.3.0", ["change.updated"]),
        ("change.merged.0.3.0", ["change.merged", "change.updated"]),
        ("change.abandoned.0.3.0", ["change.closed", "change.updated"]),
    ],
)
def test_a_change_goes_its_way(name: str, expected: list[str]) -> None:
    found = events(cdevent(name, {"repository": {"id": "acme/shop"}}, {"sha": SHA}, subject="12"))
    assert [event.event_type for event in found] == expected


@pytest.mark.parametrize(
    ("outcome", "conclusion"),
    [("success", "success"), ("failure", "failure"), ("cancel", "cancelled"), ("error", "failure")],
)
def test_a_pipeline_run_ends_with_a_conclusion(outcome: str, conclusion: str) -> None:
    content = {"outcome": outcome, "uri": "https://github.com/acme/shop/actions/runs/7"}
    (found,) = events(cdevent("pipelinerun.finished.0.3.0", content, {"run_attempt": 2}, subject="7"))
    assert (found.subject, found.payload["conclusion"]) == ("build:acme/shop/7.2", conclusion)


def test_what_has_no_family_is_kept_as_it_was_sent() -> None:
    content = {"user": "ada@acme.example"}
    (found,) = events(cdevent("artifact.published.0.3.0", content, subject="pkg:oci/web"))
    assert found.event_type == "cdevent.recorded"
    assert found.payload["content"] == {"user": keys().key("cloudevents", "email", "ada@acme.example")}


def test_the_time_of_the_event_stands_in_for_that_of_the_line() -> None:
    body = cdevent("service.removed.0.3.0", {})
    del body["time"]
    assert events(body)[0].occurred_at == datetime(2026, 2, 5, 10, tzinfo=UTC)


def test_an_older_context_says_version() -> None:
    body = cdevent("service.removed.0.2.0", {})
    body["data"]["context"]["version"] = body["data"]["context"].pop("specversion")
    assert events(body)[0].event_type == "cdevent.recorded"


def test_people_go_and_keys_and_bots_stay() -> None:
    assignees = ["p_0123456789abcdef", "golangcibot", {"email": "bo@acme.example"}]
    content: dict[str, Any] = {"summary": "mail carla@customer.example", "creator": "carla", "uri": "u"}
    content |= {"assignees": assignees}
    created, state = events(cdevent("ticket.created.0.2.0", content, subject="5"))
    assert created.actor == state.payload["reporter"] == keys().key("cloudevents", "login", "carla")
    assert state.payload["assignee"] == "p_0123456789abcdef"
    assert created.payload["title"] == f"mail {keys().key('cloudevents', 'email', 'carla@customer.example')}"


def test_the_source_emits_whatever_the_catalog_has() -> None:
    assert SOURCE.emits == EVENT_TYPES.keys()
