"""What is collected from a Sentry organization is what its sessions and its incidents are."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

import pipelines.sources.sentry as sentry
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from pipelines.sources.sentry.server import Store, serve
from tests.contracts.collecting import AS_OF, events, overheard
from tests.contracts.played_sentry import FIXTURES, TODAY, busy, connected, issue, recorded, run, stamp

SCHEMA = Path(__file__).with_name("sentry.schema.json")


@pytest.fixture
def store() -> Store:
    return recorded()


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def sessions(home: Settings) -> dict[tuple[str | None, str], float | None]:
    """The count of sessions by release and hour, where there were any."""
    found = {}
    for event in events(home):
        payload = json.loads(event[5])
        if payload.get("measure") == "sessions":
            values = {(payload["release"], point["at"]): point["value"] for point in payload["points"]}
            found |= {key: value for key, value in values.items() if value}
    return found


def planted(store: Store) -> dict[tuple[str | None, str], float]:
    return {
        (key[1] or None, stamp(at)): count
        for key, kept in store.sessions.items()
        if key[0] in store.projects.values()
        for at, (count, _) in kept.items()
    }


def incidents(home: Settings, kind: str) -> list[str]:
    told = [json.loads(event[5])["incident_id"] for event in events(home) if event[1] == f"incident.{kind}"]
    return sorted(told)


def test_a_collection_gives_the_events_of_a_replay_of_what_was_recorded(tmp_path, site):
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    taken = take_in(replayed, Intake("sentry", FIXTURES, "replay", AS_OF))
    assert run(collected, site).errors == []
    told = {(event[0], event[1], event[2]) for event in events(collected)}
    # A project that is not named is not walked; else the same facts under the same names.
    assert told == {(event[0], event[1], event[2]) for event in events(replayed) if "/9999/" not in event[2]}
    assert len(told) > 15
    assert len(taken.reasons) == 2


def test_every_session_is_counted_and_a_quiet_night_costs_little(settings, site, store):
    busy(store, 60)
    assert run(settings, site).errors == []
    assert sessions(settings) == planted(store)
    before = len(site.requests)
    again = run(settings, site, hours=1)
    assert (again.errors, again.taken.new_records) == ([], 0)
    # The projects, each one's sessions, and the list of issues; two are open and listed.
    assert len(site.requests) - before == 1 + 2 + 1


@pytest.mark.parametrize("releases", [70, 500])
def test_an_answer_that_would_leave_releases_out_is_asked_for_in_halves(settings, site, store, releases):
    # Of a week, an answer tells 59 releases at most; of a day 400.
    for number in range(releases):
        kept = {TODAY - timedelta(hours=hour): (number + 1, 1.0) for hour in (1, 7, 49)}
        store.sessions[store.projects["shop"], f"shop@{number}", "production"] = kept
    assert run(settings, site, history_days=7).errors == []
    assert sessions(settings) == {key: value for key, value in planted(store).items() if key[1] > "2026-03-23"}


def test_sessions_that_come_days_later_are_counted(settings, site, store):
    busy(store, 10)
    run(settings, site)
    key = (store.projects["shop"], "shop@1", "production")
    store.sessions[key][TODAY - timedelta(hours=30)] = (50, 0.5)
    assert run(settings, site, hours=1).errors == []
    assert sessions(settings) == planted(store)


def test_an_issue_is_an_incident_by_the_rule_and_over_when_it_is_resolved(settings, site, store):
    issue(store, "300", level="error")
    run(settings, site)
    assert incidents(settings, "opened") == ["103", "SHOP-101", "SHOP-102"]
    assert incidents(settings, "resolved") == ["SHOP-101"]
    before = len(site.requests)
    run(settings, site, hours=1)
    assert not any("/issues/10" in request.path for request in site.requests[before:])


def test_an_issue_that_nobody_meets_any_more_is_seen_to_end(settings, site, store):
    old = stamp(TODAY - timedelta(days=89))
    row = issue(store, "300", firstSeen=old, lastSeen=old)
    run(settings, site)
    assert "SHOP-300" not in incidents(settings, "resolved")
    end = {"id": "1", "type": "set_resolved_by_age", "user": None, "dateCreated": stamp(AS_OF), "data": {}}
    store.issues["300"] = row | {"status": "resolved", "activity": [end, *row["activity"]]}
    # It is listed no more.
    assert run(settings, site, hours=72).errors == []
    assert "SHOP-300" in incidents(settings, "resolved")
    before = site.count("/issues/300/")
    run(settings, site, hours=96)
    assert site.count("/issues/300/") == before


def test_an_issue_that_came_back_is_open_again(settings, site, store):
    run(settings, site)
    back = {"id": "9", "type": "set_regression", "user": None, "dateCreated": stamp(AS_OF), "data": {}}
    row = store.issues["101"]
    store.issues["101"] = row | {"status": "unresolved", "substatus": "regressed", "activity": [back, *row["activity"]]}
    run(settings, site, hours=1)
    assert incidents(settings, "resolved") == []
    assert len(incidents(settings, "opened")) == 3


def test_an_issue_that_was_deleted_stays_as_it_was_known(settings, site, store):
    run(settings, site)
    known = incidents(settings, "opened")
    del store.issues["102"]
    assert run(settings, site, hours=1).errors == []
    assert incidents(settings, "opened") == known


def test_without_a_rule_there_are_no_incidents(settings, site):
    assert run(settings, site, incident_query="").errors == []
    assert incidents(settings, "opened") == []
    assert site.count("/issues/") == 0


def test_a_project_that_is_not_there_is_told_and_the_other_is_read(settings, site, store):
    busy(store, 3)
    done = run(settings, site, projects=("shop", "nobody"), incident_query="")
    assert done.errors == ["sentry shows no project 'nobody' to this token; it shows search, shop"]
    assert ("shop@1", stamp(TODAY - timedelta(hours=6))) in sessions(settings)


@pytest.mark.parametrize("answer", [[], {}, {"intervals": ["soon"], "groups": []}, {"groups": 7, "intervals": []}])
def test_an_answer_that_makes_no_sense_is_an_error_and_the_next_run_heals(settings, site, store, answer):
    busy(store, 3)
    routes = site._routes

    def broken(request: Any) -> Any:
        reply = routes(request)
        return type(reply)(json=answer) if "/sessions/" in request.path else reply

    site._routes = broken
    assert "makes no sense" in run(settings, site).errors[0]
    site._routes = routes
    assert run(settings, site).errors == []
    assert sessions(settings) == planted(store)


def test_the_doctor_tells_of_projects_and_of_a_wrong_token(site):
    collector = sentry.SOURCE.collector(connected(site, projects=("shop", "nobody")), Network(attempts=1))
    assert [found.status for found in collector.examine()] == ["ok", "act"]
    wrong = sentry.SOURCE.collector(connected(site, token=SecretStr("0ther")), Network(attempts=1))
    (found,) = wrong.examine()
    assert found.status == "act"
    assert "Invalid token" in found.sentence
    assert "0ther" not in found.sentence


def test_the_played_organization_and_we_speak_as_the_vendors_types_say(settings, site, store):
    del store.issues["103"]
    busy(store, 10)
    described = json.loads(SCHEMA.read_text())
    said = overheard(site)
    assert run(settings, site).errors == []
    checked = set()
    for request, reply in said:
        (path,) = [path for path in described["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)]
        operation = described["paths"][path]
        assert set(request.query) <= set(operation["query"]), path
        assert set(operation["required_query"]) <= set(request.query)
        for name, allowed in operation.get("enums", {}).items():
            assert set(request.query[name]) <= set(allowed)
        jsonschema.validate(reply.json, {**operation["answer"], "$defs": described["$defs"]})
        checked.add(path)
    assert checked == set(described["paths"])
