"""What an incident means, whatever of it is missing or odd."""

from typing import Any

import pytest

from pipelines.events.envelope import Event, MappingError
from pipelines.projection import CatalogProjection
from pipelines.sources.base import RawRecord
from pipelines.sources.pagerduty import SOURCE
from pipelines.sources.pagerduty.people import pseudonymise
from warehouse.people import KeyedPseudonyms

SHA = "3f786850e387550fdab836ed7e6dc881de23001b"


def incident(**more: Any) -> dict[str, Any]:
    return {"id": "Q1", "created_at": "2026-03-02T10:00:00Z", "status": "triggered", "title": "Down"} | more


def events(body: Any) -> list[Event]:
    found = list(SOURCE.to_events("acme.pagerduty.com", "incidents", "Q1", body))
    CatalogProjection(SOURCE).project("acme.pagerduty.com", "incidents", "Q1", body)
    return found


def details(**told: Any) -> dict[str, Any]:
    return {"first_trigger_log_entry": {"channel": {"details": told}}}


@pytest.mark.parametrize(
    ("told", "is_over"),
    [
        ({"status": "triggered"}, False),
        ({"status": "acknowledged", "resolved_at": "2026-03-02T09:00:00Z"}, False),
        ({"status": "resolved", "resolved_at": "2026-03-02T11:00:00Z"}, True),
        ({"status": "resolved", "last_status_change_at": "2026-03-02T11:00:00Z"}, True),
        ({"status": "snoozed"}, False),
        ({"status": "snoozed", "resolved_at": "2026-03-02T11:00:00Z"}, True),
        ({"status": None}, False),
    ],
)
def test_an_incident_is_over_when_its_status_or_its_own_time_says_so(told, is_over):
    assert [event.event_type for event in events(incident(**told))] == [
        "incident.opened",
        *["incident.resolved"][: int(is_over)],
    ]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"id": None}, "has no id"),
        ({"id": ""}, "has no id"),
        ({"created_at": None}, "has no created_at"),
        ({"created_at": "yesterday"}, "has created_at 'yesterday', which is no time"),
        ({"created_at": 1772409600}, "which is no time"),
        ({"status": "resolved"}, "is resolved and does not tell when"),
        ({"resolved_at": "soon", "status": "resolved"}, "has resolved_at 'soon'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(told, said):
    with pytest.raises(MappingError, match=said):
        events(incident(**told))


def test_a_time_without_a_zone_is_taken_as_utc():
    (opened,) = events(incident(created_at="2026-03-02T10:00:00"))
    assert opened.occurred_at.isoformat() == "2026-03-02T10:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (details(sha=SHA), {"sha": SHA}),
        (details(revision=SHA, env="production"), {"sha": SHA, "environment": "production"}),
        (details(custom_details={"flag": "shop-12"}), {"flag_key": "shop-12"}),
        (details(deployment=77), {"deployment_id": "77"}),
        # Too short to be one commit alone.
        (details(sha="3f7868"), {}),
        (details(sha=None, flag="", env=["production"]), {}),
        ({"first_trigger_log_entry": {"channel": {"details": "plain words"}}}, {}),
        ({"first_trigger_log_entry": None}, {}),
        ({"title": f"Since {SHA} nothing works"}, {"sha": SHA}),
        ({"description": f"{SHA}{SHA}"}, {}),
    ],
)
def test_the_change_to_blame_is_what_the_alert_or_the_text_names(told, named):
    (opened,) = events(incident(**told))
    found = {name: opened.payload.get(name) for name in ("sha", "environment", "deployment_id", "flag_key")}
    assert {name: value for name, value in found.items() if value is not None} == named


def test_severity_is_the_priority_else_the_urgency():
    said = [
        events(incident(priority={"summary": "P1"}, urgency="low"))[0].payload["severity"],
        events(incident(priority=None, urgency="low"))[0].payload["severity"],
        events(incident(priority="P1", urgency=None))[0].payload["severity"],
    ]
    assert said == ["P1", "low", None]


def test_an_incident_that_was_merged_into_another_is_none_of_its_own():
    assert events(incident(status="resolved", resolve_reason={"type": "merge_resolve_reason"})) == []


@pytest.mark.parametrize("title", ["x" * 5_000_000, "🔥 بطء \u200b\u202e", "half \ud83d a pair", ""])
def test_a_title_may_be_of_any_writing_and_length(title):
    assert events(incident(title=title))[0].payload["title"] in (title, None)


def test_people_are_keys_wherever_they_stand_and_machines_keep_their_name():
    ann = {"id": "PU1", "type": "user_reference", "summary": "Ann", "self": "https://x/users/PU1", "html_url": "y"}
    body = incident(
        assignments=[{"assignee": ann}],
        last_status_change_by={"id": "PI", "type": "service_reference", "summary": "shop"},
        first_trigger_log_entry={"agent": ann | {"type": "user", "email": "ann@acme.example"}},
        title="Ask Ann@acme.example",
    )
    people = KeyedPseudonyms("test", ())
    record = RawRecord("acme.pagerduty.com", "incidents", "Q1", body)
    hidden = pseudonymise(record, people)
    text = str(hidden.body)
    assert "PU1" not in text
    assert "ann@" not in text.lower()
    assert hidden.body["assignments"][0]["assignee"]["id"] == hidden.body["first_trigger_log_entry"]["agent"]["id"]
    assert hidden.body["last_status_change_by"]["summary"] == "shop"
    assert pseudonymise(hidden, people) == hidden
    nameless = pseudonymise(RawRecord("x", "incidents", "Q1", {"by": {"type": "user", "id": None}}), people)
    assert nameless.body == {"by": {"type": "user", "id": None}}
