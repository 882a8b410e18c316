"""What is collected from a PagerDuty account is every incident as it stands, however late it ends."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

import pipelines.sources.pagerduty as pagerduty
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from pipelines.sources.pagerduty.server import Store, serve
from tests.contracts.collecting import AS_OF, events, overheard
from tests.contracts.played_pagerduty import BEGUN, FIXTURES, busy, connected, recorded, run, stamp

# As the vendor's reference describes an incident and a list; it publishes no package that a test could fetch.
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$"}
_REFERENCE = {
    "type": ["object", "null"],
    "required": ["id", "type"],
    "properties": {"id": {"type": "string"}, "type": {"type": "string"}, "summary": {"type": ["string", "null"]}},
}
_INCIDENT = {
    "type": "object",
    "required": ["id", "type", "incident_number", "created_at", "status", "service"],
    "properties": {
        "id": {"type": "string"},
        "type": {"const": "incident"},
        "incident_number": {"type": "integer"},
        "created_at": _TIME,
        "updated_at": _TIME,
        "resolved_at": {"anyOf": [_TIME, {"type": "null"}]},
        "last_status_change_at": _TIME,
        "urgency": {"enum": ["high", "low", None]},
        "service": _REFERENCE,
        "priority": _REFERENCE,
        "last_status_change_by": _REFERENCE,
        "assignments": {"type": "array", "items": {"properties": {"at": _TIME, "assignee": _REFERENCE}}},
    },
}
_PAGE = {
    "type": "object",
    "required": ["limit", "offset", "more"],
    "properties": {
        "limit": {"type": "integer", "maximum": 100},
        "offset": {"type": "integer"},
        "more": {"type": "boolean"},
        "incidents": {"type": "array", "items": _INCIDENT},
        "services": {"type": "array", "items": _REFERENCE},
    },
}


@pytest.fixture
def store() -> Store:
    return recorded()


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def times(home: Settings, kind: str) -> dict[str, str]:
    """The moment of each incident's event of a kind, by its id."""
    return {
        json.loads(event[5])["incident_id"]: stamp(event[4]) for event in events(home) if event[1] == f"incident.{kind}"
    }


def test_a_collection_gives_the_events_of_a_replay_of_what_was_recorded(tmp_path, site):
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    taken = take_in(replayed, Intake("pagerduty", FIXTURES, "replay", AS_OF))
    assert run(collected, site).errors == []
    assert events(collected) == events(replayed)
    assert len(events(replayed)) == 8
    assert len(taken.reasons) == 1


def test_every_incident_is_read_once_however_many_there_are(settings, site, store):
    busy(store, 1_200, apart=timedelta(hours=4))
    # Offsets end far below what there is.
    store.most_listed = 300
    assert run(settings, site).errors == []
    assert len(times(settings, "opened")) == 1_200 + 5
    assert len(site.requests) <= 1_200 // 99 + 4


def test_incidents_of_one_second_are_read_to_their_end(settings, site, store):
    busy(store, 250, apart=timedelta())
    assert run(settings, site).errors == []
    assert len(times(settings, "opened")) == 250 + 5
    store.most_listed = 10_000
    busy(store, 250, apart=timedelta())
    assert run(settings, site, hours=24).taken.new_events == 0


def test_a_quiet_night_costs_one_request_and_tells_nothing_new(settings, site, store):
    busy(store, 120)
    run(settings, site)
    before = len(site.requests)
    again = run(settings, site, hours=24)
    # Two of the recorded ones are open and within the days that are read again.
    assert (again.errors, again.taken.new_records, len(site.requests) - before) == ([], 0, 1)


def test_an_account_without_incidents_is_asked_once_a_night(settings, site, store):
    store.incidents.clear()
    run(settings, site)
    before = len(site.requests)
    assert run(settings, site, hours=24).errors == []
    assert len(site.requests) - before == 1


def test_an_incident_that_ends_half_a_year_later_is_asked_for_alone(settings, site, store):
    busy(store, 2, apart=timedelta(days=1), status="acknowledged")
    run(settings, site)
    assert "R00000" not in times(settings, "resolved")
    late = {"status": "resolved", "resolved_at": "2026-03-31T09:00:00Z", "updated_at": "2026-03-31T09:00:00Z"}
    store.put(store.incidents["R00000"] | late)
    assert run(settings, site, hours=24).errors == []
    assert times(settings, "resolved")["R00000"] == "2026-03-31T09:00:00Z"
    assert site.count("/incidents/R0000") == 2
    # It is over, and the other one is not.
    run(settings, site, hours=48)
    assert site.count("/incidents/R00000") == 1


def test_an_open_incident_that_the_token_no_longer_sees_stays_as_it_was(settings, site, store):
    busy(store, 1, status="triggered")
    run(settings, site)
    known = events(settings)
    del store.incidents["R00000"]
    assert run(settings, site, hours=24).errors == []
    assert events(settings) == known


def test_a_resolution_that_was_taken_back_is_gone(settings, site, store):
    run(settings, site)
    assert "Q001" in times(settings, "resolved")
    again = {"status": "triggered", "resolved_at": None, "updated_at": "2026-03-31T05:00:00Z"}
    store.put(store.incidents["Q001"] | again)
    run(settings, site, hours=24)
    assert "Q001" not in times(settings, "resolved")
    assert "Q001" in times(settings, "opened")


@pytest.mark.parametrize("after", range(1, 6))
def test_a_walk_that_is_cut_off_goes_on_and_ends_as_a_clean_one(settings, site, store, tmp_path, after):
    busy(store, 120)
    store.most_per_page = 20
    site.faults.next("garbage", after=after)
    assert len(run(settings, site).errors) == 1
    assert run(settings, site).errors == []
    clean = Settings(home=tmp_path / "clean")
    run(clean, site)
    assert events(settings) == events(clean) != []


def test_only_the_services_that_are_named_are_walked(settings, site):
    assert run(settings, site, services=("Search (prod)",)).errors == []
    assert list(times(settings, "opened")) == ["Q002"]
    said = run(settings, site, services=("nobody",)).errors
    assert said == [
        "pagerduty shows no service 'nobody' to this token; it shows Search (prod), shop",
    ]


def test_a_row_that_makes_no_sense_takes_no_other_with_it(settings, site, store):
    routes = site._routes

    def broken(request: Any) -> Any:
        reply = routes(request)
        if "incidents" in (reply.json or {}):
            odd = [None, 7, {}, {"id": "X"}, {"id": "Y", "created_at": "soon"}]
            return type(reply)(json={**reply.json, "incidents": [*odd, *reply.json["incidents"]]})
        return reply

    site._routes = broken
    done = run(settings, site)
    assert done.errors == []
    assert len(times(settings, "opened")) == 5
    assert sorted({reason.partition(": ")[2].partition(" has ")[0] for reason in done.taken.reasons}) == [
        "incident X", "incident Y", "row 1 of incidents.json", "row 2 of incidents.json", "row 3 of incidents.json",
    ]  # fmt: skip


def test_the_doctor_tells_of_services_and_of_a_wrong_token(site):
    collector = pagerduty.SOURCE.collector(connected(site, services=("shop", "nobody")), Network(attempts=1))
    assert [found.status for found in collector.examine()] == ["ok", "act"]
    assert [target.name for target in collector.offered()] == ["Search (prod)", "shop"]
    wrong = pagerduty.SOURCE.collector(connected(site, token=SecretStr("0ther")), Network(attempts=1))
    (found,) = wrong.examine()
    assert found.status == "act"
    assert "Access Denied" in found.sentence
    assert "0ther" not in found.sentence


def test_the_played_account_and_we_speak_as_the_vendors_reference_says(settings, site, store):
    busy(store, 3, status="acknowledged")
    said = overheard(site)
    run(settings, site, services=("shop", "Search (prod)"))
    run(settings, site, hours=24)
    checked = set()
    allowed = {"since", "until", "sort_by", "limit", "offset", "include[]", "service_ids[]"}
    for request, reply in said:
        assert request.headers["authorization"].startswith("Token token=")
        assert request.headers["accept"] == "application/vnd.pagerduty+json;version=2"
        assert set(request.query) <= allowed
        schema = {"properties": {"incident": _INCIDENT}, "required": ["incident"]}
        jsonschema.validate(reply.json, _PAGE if "more" in reply.json else schema)
        checked.add(request.path.split("/")[1] + ("/id" if request.path.count("/") > 1 else ""))
    assert checked == {"services", "incidents", "incidents/id"}
    assert BEGUN < AS_OF
