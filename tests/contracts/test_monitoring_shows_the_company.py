"""What the played monitoring and on-call tools show of the company is what happened in it, no more and no less."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.collect import Trip, collect
from pipelines.company import Company, Scale, simulate
from pipelines.company.monitoring import readings
from pipelines.company.operations import Incident
from pipelines.connections import collectable, validated
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.played import demos
from tests.contracts.collecting import events


@pytest.fixture(scope="module")
def company() -> Company:
    drawn = simulate(Scale.small())
    services = [team.repository.partition("/")[2] for team in drawn.teams]
    out = [one for one in drawn.deployments if one.is_success]
    opened = [drawn.begins_at + timedelta(days=days) for days in (20, 50, 80)]
    incidents = (
        Incident("i-1", services[0], "Carts are empty", opened[0], opened[0] + timedelta(hours=3), "sev1",
                 deployment=out[0].key, is_explicit=True, told_in="on_call"),
        Incident("i-2", services[0], "Slow", opened[1], None, "sev3", flag="shop-1", told_in="on_call"),
        Incident("i-3", services[1], "Search is down", opened[2], opened[2] + timedelta(hours=1), "sev2"),
    )  # fmt: skip
    return replace(drawn, incidents=incidents)


def shown(company: Company, as_of: datetime, source: str, home: Path) -> list[dict[str, Any]]:
    """Collect what a source's demo plays, and return the payloads with type and moment."""
    played = demos()[source].show(company, as_of, home)
    assert played is not None
    settings = Settings(home=home)
    table: dict[str, Any] = {}
    for name, value in played.table.items():
        # A dotted key of the settings' file is a table.
        *path, last = name.split(".")
        place = table
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    with played.server as site:
        connection = validated(source, {"url": site.url, **table, **played.secrets})
        collector = collectable()[source].collector(connection, Network(attempts=1))
        done = collect(settings, collectable()[source], collector, Trip("ingest", as_of))
        collector.close()
    assert (done.errors, done.taken.reasons) == ([], [])
    return [json.loads(event[5]) | {"event_type": event[1], "at": event[4]} for event in events(settings)]


def test_every_reading_is_told_by_service_flag_and_variant(company: Company, tmp_path: Path) -> None:
    found: dict[tuple[Any, ...], float | None] = {}
    for payload in shown(company, company.ends_at, "prometheus", tmp_path / "home"):
        series = (payload["measure"], payload["service"], payload.get("flag_key"), payload.get("variant"))
        found |= {(*series, datetime.fromisoformat(point["at"])): point["value"] for point in payload["points"]}
    delayed = company.ends_at - timedelta(minutes=15)
    planted = {}
    for one in readings(company, company.begins_at, delayed):
        for measure, value in (("requests", one.requests), ("errors", one.errors)):
            planted[measure, one.service, one.flag, one.variant, one.at] = float(value)
        slow = one.latencies[1] if one.requests else None
        planted["latency_p95_seconds", one.service, one.flag, one.variant, one.at] = slow
    assert {key: value for key, value in found.items() if key[-1] < delayed} == planted
    assert len(planted) > 10_000


def test_the_first_teams_incidents_are_in_its_on_call_tool_as_they_stand(company: Company, tmp_path: Path) -> None:
    told = shown(company, company.ends_at, "pagerduty", tmp_path / "late")
    first, second = company.incidents[:2]
    assert {(one["title"], one["event_type"], one["at"]) for one in told} == {
        (first.title, "incident.opened", first.opened_at),
        (first.title, "incident.resolved", first.resolved_at),
        (second.title, "incident.opened", second.opened_at),
    }
    blamed = next(one for one in company.deployments if one.key == first.deployment)
    assert {one["sha"] for one in told if one["title"] == first.title} == {blamed.sha}
    # Only time tells of the other.
    assert {one.get("flag_key") for one in told} == {None}
    early = shown(company, first.opened_at + timedelta(minutes=1), "pagerduty", tmp_path / "early")
    assert [one["event_type"] for one in early] == ["incident.opened"]


def test_sessions_crash_more_often_while_a_service_is_hurt(company: Company, tmp_path: Path) -> None:
    told = shown(company, company.ends_at, "sentry", tmp_path / "home")
    hurt = company.incidents[2]
    rates = {
        datetime.fromisoformat(point["at"]): point["value"]
        for payload in told
        if payload["measure"] == "crash_free_rate" and payload["service"] == hurt.service
        for point in payload["points"]
        if point["value"] is not None
    }
    assert hurt.resolved_at is not None
    during = [value for at, value in rates.items() if hurt.opened_at <= at < hurt.resolved_at]
    assert len(rates) > 50
    assert max(during, default=1) < 0.95 < sorted(rates.values())[len(rates) // 2]
