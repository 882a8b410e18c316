"""Incidents that trackers keep as tickets, what they blame, and what monitoring measured, by the service's own name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings, Team
from tests.dbt.planting_delivery import REPOSITORY, Marts, Plan, at, sha

HOUR = 3600.0


def planted() -> Plan:
    plan = Plan()
    plan.repository()
    line = ["c0", "c1", "c2", "c3"]
    for number, name in enumerate(line):
        plan.commit(name, number, line[number - 1 : number] if number else [])
    plan.deploy("d0", "c0", 10)
    plan.change(1, opened=1, merged=12, merge="c1", commits={"own1": 1}, title="SHOP-1 Add a cart")
    plan.deploy("d1", "c1", 20)
    plan.change(2, opened=1, merged=22, merge="c2", commits={"own2": 1})
    plan.deploy("d2", "c2", 30)
    # The repair of what is blamed on the pull request: linked as well, and out when the incident was long there.
    plan.change(3, opened=101, merged=110, merge="c3", commits={"own3": 101}, title="SHOP-90 Fill the carts")
    plan.deploy("d3", "c3", 120)
    plan.ticket("SHOP-1", type="Story", title="Add a cart", created_at=at(0))
    # Long after anything went out, so that time alone blames nothing.
    plan.ticket("SHOP-90", **incident(100, 104), title="Carts are empty", components=["Web shop"], priority="High")
    page = f"https://github.com/{REPOSITORY}/pull"
    for number in (2, 3):
        link = {"key": "SHOP-90", "link_id": f"r{number}", "url": f"{page}/{number}/files"}
        plan.tell("ticket.remote_linked", "ticket:planted/SHOP-90", 101, **link)
    plan.ticket("SHOP-91", **incident(100, None), title="Prices are wrong")
    caused = {"key": "SHOP-91", "link_id": "l1", "relation": "is caused by", "to_key": "SHOP-1"}
    plan.tell("ticket.linked", "ticket:planted/SHOP-91", 101, **caused)
    plan.ticket("SHOP-92", **incident(100, 103), title=f"Since {sha('c2')} nothing works")
    plan.ticket("SHOP-93", **incident(100, 103), title="Nobody knows why")
    related = {"key": "SHOP-93", "link_id": "l2", "relation": "relates to", "to_key": "SHOP-1"}
    plan.tell("ticket.linked", "ticket:planted/SHOP-93", 101, **related)
    plan.ticket("SHOP-94", **incident(100, 103), title="Gone")
    plan.tell("ticket.deleted", "ticket:planted/SHOP-94", 200, key="SHOP-94")
    told = {"incident_id": "P-1", "service": "Web shop", "severity": "P1", "is_critical": True, "flag_key": "shop-1"}
    plan.tell("incident.opened", "incident:pages/P-1", 21, **told, kind="availability", environment="production")
    plan.tell("incident.resolved", "incident:pages/P-1", 22, **told)
    plan.tell("incident.opened", "incident:pages/P-2", 21, incident_id="P-2", service="Web shop")
    _measured(plan)
    return plan


def incident(created: float, resolved: float | None) -> dict[str, Any]:
    told = {"type": "Incident", "created_at": at(created), "status_category": "in_progress"}
    return told if resolved is None else told | {"resolved_at": at(resolved), "status_category": "done"}


def _measured(plan: Plan) -> None:
    for variant, value in (("on", 0.03), ("off", None)):
        points = [{"at": at(20).isoformat(), "value": value}, {"at": at(20.5).isoformat(), "value": 0.0, "count": 9}]
        window = {"window_start": at(20), "window_end": at(21), "bucket_seconds": 1800}
        series = {"monitor_id": "error_rate", "measure": "error_rate", "service": "Web shop", "flag_key": "shop-1"}
        plan.tell("monitor.measured", f"monitor:{variant}", 21, **series, **window, variant=variant, points=points)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(
        home=Path(tmp_path_factory.mktemp("incidents")),
        services={"Web shop": "shop"},
        teams={"Checkout": Team(projects=("SHOP",), repositories=(REPOSITORY,))},
    )
    outcome = planted().build(
        settings, "int_monitor_points", "fct_links", "fct_incidents", "fct_deployments", "fct_stories"
    )
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


@pytest.fixture(scope="module")
def incidents(marts: Marts) -> dict[str, dict[str, Any]]:
    return {row["incident_id"]: row for row in marts.rows("select * from marts.fct_incidents")}


def test_a_ticket_of_an_incidents_type_is_an_incident_and_no_measured_story(marts, incidents):
    assert sorted(incidents) == ["P-1", "P-2", "SHOP-90", "SHOP-91", "SHOP-92", "SHOP-93"]
    one = incidents["SHOP-90"]
    assert (one["story_key"], one["service"], one["severity"]) == ("SHOP-90", "shop", "High")
    assert (one["opened_at"], one["resolved_at"], one["open_seconds"]) == (at(100), at(104), 4 * HOUR)
    assert incidents["SHOP-91"]["resolved_at"] is None
    measured = marts.rows("select story_key, is_measured from marts.fct_stories where not is_deleted")
    assert {row["story_key"] for row in measured if row["is_measured"]} == {"SHOP-1"}
    assert len(measured) == 5


def test_a_ticket_blames_the_deployment_of_the_pull_request_that_it_links_and_not_of_its_repair(incidents):
    blamed = {name: (row["deployment_id"], row["link_rule"], row["link_confidence"]) for name, row in incidents.items()}
    assert blamed["SHOP-90"] == ("d2", "pull request", 0.9)
    assert blamed["SHOP-91"] == ("d1", "linked story", 0.8)
    assert blamed["SHOP-92"] == ("d2", "sha", 0.95)


def test_a_ticket_that_only_relates_to_a_story_blames_nobody(incidents):
    assert (incidents["SHOP-93"]["deployment_id"], incidents["SHOP-93"]["service"]) == (None, "shop")


def test_what_the_producer_tells_of_an_incident_is_in_the_mart(incidents):
    one = incidents["P-1"]
    told = {name: one[name] for name in ("service", "severity", "is_critical", "kind", "flag_key", "environment")}
    assert told == {
        "service": "shop",
        "severity": "P1",
        "is_critical": True,
        "kind": "availability",
        "flag_key": "shop-1",
        "environment": "production",
    }
    # It names a flag, so what went out an hour before is not to blame.
    assert (one["deployment_id"], one["link_rule"]) == (None, None)


def test_time_ties_an_incident_to_what_went_out_by_the_settings_name_of_the_service(incidents):
    assert (incidents["P-2"]["deployment_id"], incidents["P-2"]["link_rule"]) == ("d1", "time")


def test_a_deployment_that_a_ticket_blames_has_failed(marts):
    failed = marts.deployment("d2")
    # Two incidents blame it; it is well again when the later one is over.
    assert (failed["is_failed"], failed["failure_rule"], failed["recovered_at"]) == (True, "incident", at(104))
    links = marts.rows(
        "select from_key, reason from marts.fct_links"
        " where from_kind = 'incident' and to_kind = 'deployment' and is_linked"
    )
    assert {row["from_key"]: row["reason"] for row in links}["SHOP-90"] == (
        "the incident names the deployment by its pull request"
    )


def test_what_carries_nothing_but_the_repair_of_a_tickets_incident_is_rework(marts):
    assert [marts.deployment(name)["is_rework"] for name in ("d1", "d2", "d3")] == [False, False, True]


def test_points_are_by_series_and_bucket_and_an_absent_value_is_null(marts):
    rows = marts.rows(
        "select variant, bucket_started_at, value, value_count, service, flag_key, bucket_seconds"
        " from intermediate.int_monitor_points order by variant, bucket_started_at"
    )
    assert [(row["variant"], row["value"], row["value_count"]) for row in rows] == [
        ("off", None, None),
        ("off", 0.0, 9.0),
        ("on", 0.03, None),
        ("on", 0.0, 9.0),
    ]
    assert {(row["service"], row["flag_key"], row["bucket_seconds"]) for row in rows} == {("shop", "shop-1", 1800.0)}
    assert rows[1]["bucket_started_at"] - rows[0]["bucket_started_at"] == timedelta(minutes=30)
