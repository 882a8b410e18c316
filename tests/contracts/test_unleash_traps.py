"""What an Unleash server does that one does not expect, each told apart from what it looks like."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.unleash as unleash
from pipelines.events.envelope import MappingError
from pipelines.ingest import Intake, take_in
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.unleash.server import Store, serve
from tests.contracts.collecting import events
from tests.contracts.played_unleash import TOKEN, busy, flexible, run
from warehouse.connection import reader

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACES = {"development": "development", "production": "production"}


@pytest.fixture
def store() -> Store:
    return Store(tokens={TOKEN}, environments=dict(PLACES), at=AT)


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as site:
        yield site


def configured(home: Settings, flag: str = "a") -> list[dict[str, Any]]:
    told = [(row[4], json.loads(row[5])) for row in events(home) if row[1] == "flag.configured"]
    mine = [(at, payload.get("version") or 0, payload) for at, payload in told if payload["flag_key"] == flag]
    return [payload for _, _, payload in sorted(mine, key=lambda one: one[:2])]


def shares(home: Settings) -> list[float | None]:
    return [payload["served_percentage"] for payload in configured(home)]


def test_a_flag_that_is_taken_out_of_the_archive_is_off_though_no_event_says_so(store, site, settings):
    store.create("a")
    store.add("a", "production", **flexible(10))
    store.turn("a", "production", on=True)
    store.at = datetime(2026, 3, 3, tzinfo=UTC)
    store.archive("a")
    store.at = datetime(2026, 3, 4, tzinfo=UTC)
    store.revive("a")
    assert run(settings, site, store).errors == []
    last = configured(settings)[-1]
    assert (last["is_on"], last["changes"], last["is_observed"]) == (False, ["turned_off"], False)
    assert shares(settings) == [10, 0]


def test_archiving_a_flag_that_everybody_has_is_no_rollback(store, site, settings):
    store.create("a")
    store.turn("a", "production", on=True)
    store.at = datetime(2026, 3, 3, tzinfo=UTC)
    store.archive("a")
    assert run(settings, site, store).errors == []
    assert shares(settings) == [100]


def test_a_name_that_is_used_again_begins_a_new_life_with_nothing_of_the_old(store, site, settings):
    store.create("a")
    store.add("a", "production", **flexible(70))
    store.archive("a")
    store.delete("a")
    store.at = datetime(2026, 3, 4, tzinfo=UTC)
    store.create("a")
    store.add("a", "production", **flexible(5))
    store.turn("a", "production", on=True)
    assert run(settings, site, store).errors == []
    assert shares(settings)[-1] == 5
    kinds = [row[1] for row in events(settings)]
    assert (kinds.count("flag.created"), kinds.count("flag.deleted"), kinds.count("flag.updated")) == (2, 1, 1)


def test_what_no_event_tells_is_seen_in_the_definition_and_said_to_be_seen(store, site, settings):
    store.create("a")
    store.turn("a", "production", on=True)
    held = store.features["a"]["environments"][1]
    held["strategies"][0]["parameters"]["rollout"] = "3"
    assert run(settings, site, store).errors == []
    assert [(one["served_percentage"], one["is_observed"]) for one in configured(settings) if one["is_on"]] == [
        (100, False),
        (3, True),
    ]


def test_an_import_takes_strategies_away_and_writes_no_event_of_that(store, site, settings):
    store.create("a")
    store.add("a", "production", **flexible(90))
    store.turn("a", "production", on=True)
    store.at = datetime(2026, 3, 3, tzinfo=UTC)
    del store.features["a"]["environments"][1]["strategies"][0]
    store.add("a", "production", **flexible(2))
    store.write("features-imported", None, "production")
    assert run(settings, site, store).errors == []
    assert shares(settings) == [90, 2]
    assert not any(one["is_observed"] for one in configured(settings))


def test_an_environment_that_leaves_its_project_turns_its_flags_off(store, site, settings):
    store.create("a")
    store.turn("a", "production", on=True)
    run(settings, site, store)
    store.at = datetime(2026, 3, 3, tzinfo=UTC)
    store.write("project-environment-removed", None, "production")
    store.features["a"]["environments"][1]["enabled"] = False
    assert run(settings, site, store, hours=1).errors == []
    assert shares(settings) == [100, 0]
    assert not configured(settings)[-1]["is_observed"]


def test_what_one_transaction_wrote_is_one_change(store, site, settings):
    store.create("a")
    store.turn("a", "production", on=True)
    run(settings, site, store)
    (change,) = configured(settings)
    assert change["changes"] == ["turned_on", "rollout"]


def test_another_group_draws_people_anew(store, site, settings):
    store.create("a")
    one = store.add("a", "production", **flexible(10))
    store.turn("a", "production", on=True)
    store.at = datetime(2026, 3, 3, tzinfo=UTC)
    store.update("a", "production", one, **flexible(20))
    store.at = datetime(2026, 3, 4, tzinfo=UTC)
    drawn = {"rollout": "20", "stickiness": "sessionId", "groupId": "g"}
    store.update("a", "production", one, **{**flexible(20), "parameters": drawn})
    run(settings, site, store)
    assert [payload["is_rerandomised"] for payload in configured(settings)][-2:] == [False, True]


def test_an_event_that_appears_late_with_a_smaller_number_is_not_lost(store, site, settings):
    for name in ("a", "b"):
        store.create(name)
    late = store.events.pop(0)
    assert run(settings, site, store).taken.new_records == 1
    store.events.insert(0, late)
    assert run(settings, site, store, hours=1).taken.new_records == 1
    assert run(settings, site, store, hours=2).taken.records_seen == 0


def test_a_night_with_nothing_new_costs_one_request_however_long_the_history_is(store, site, settings):
    busy(store, 300)
    assert run(settings, site, store).errors == []
    quiet = run(settings, site, store, hours=24)
    assert (quiet.requests, quiet.taken.records_seen) == (1, 0)


def test_a_server_that_is_set_up_anew_is_read_anew(store, site, settings):
    busy(store, 60)
    assert run(settings, site, store).errors == []
    store.events.clear()
    store.features.clear()
    store.create("phoenix")
    assert run(settings, site, store, hours=1).errors == []
    with reader(settings.database) as connection:
        keys = connection.execute("select record_key from log.raw_records where record_key = 'phoenix'").fetchall()
    assert keys == [("phoenix",)]


def test_a_walk_that_is_cut_off_among_the_flags_goes_on_with_those_that_are_left(store, site, settings):
    for number in range(50):
        store.create(f"flag-{number}")
    site.faults.next("status", 99, status=502, match="/features/flag-30")
    assert "answers 502" in run(settings, site, store).errors[0]
    site.faults.clear()
    asked = len(site.requests)
    assert run(settings, site, store, hours=1).errors == []
    definitions = [request for request in site.requests[asked:] if "/features/flag-" in request.path]
    assert len(definitions) == 30
    assert {row[2].rpartition("/")[2] for row in events(settings)} == {f"flag-{number}" for number in range(50)}


def test_a_flag_whose_event_has_no_time_goes_to_quarantine_and_takes_no_other_with_it(settings, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    folder.mkdir()
    link = "[a](https://unleash.acme.example/projects/default/features/a)"
    good = {"id": 1, "type": "feature-created", "createdAt": "2026-01-01T00:00:00Z", "featureName": "good",
            "project": "default", "summary": link}  # fmt: skip
    timeless = {**good, "id": 2, "featureName": "timeless", "createdAt": "soon"}
    rows = [good, timeless, {**good, "id": None, "featureName": "idless"}]
    (folder / "events.json").write_text(json.dumps(rows))
    taken = take_in(settings, Intake("unleash", folder, "replay", AT))
    assert taken.quarantined == 2
    assert sorted(taken.reasons) == [
        "features idless: an event of idless has no id",
        "features timeless: the time of event 2 of timeless is no time: 'soon'",
    ]


def test_a_description_of_five_megabytes_is_kept_and_what_is_no_unicode_is_replaced(store, site, settings):
    store.create("a", description="🎈" * 1_250_000, type="\ud800")
    assert run(settings, site, store).errors == []
    (created,) = [json.loads(row[5]) for row in events(settings) if row[1] == "flag.created"]
    assert len(created["description"]) == 1_250_000


NO_ID = b'{"events": [1, null, {"id": "x"}], "total": "?"}'


@pytest.mark.parametrize("body", [b"\xff\xfe{", b"[]", b'{"events": null}', NO_ID])
def test_an_answer_that_cannot_be_right_is_an_error_or_nothing_but_never_a_crash(body, store, site, settings):
    store.create("a")
    site.faults.next("status", 1, status=200, match="/search/events", body=body)
    failed = run(settings, site, store)
    assert not any("Error" in error for error in failed.errors)
    assert run(settings, site, store, hours=1).errors == []
    assert [row[1] for row in events(settings)].count("flag.created") == 1


def test_a_change_by_a_token_is_a_bots_and_one_by_a_person_a_keys() -> None:
    body = {"name": "a", "project": "p", "events": [], "definition": None}
    row = {"id": 1, "type": "feature-created", "createdAt": "2026-01-01T00:00:00Z"}
    by = {"p_0123456789abcdef": "p_0123456789abcdef", "bot:deploy": "bot:deploy", None: None}
    for told, actor in by.items():
        found = list(unleash.SOURCE.to_events("x", "features", "a", {**body, "events": [{**row, "createdBy": told}]}))
        assert found[0].actor == actor
    with pytest.raises(MappingError, match="neither a definition nor a history"):
        CatalogProjection(unleash.SOURCE).project("x", "features", "a", body)


def test_neither_a_customer_nor_a_reviewer_is_kept(store, site, settings):
    store.create("a", description="ask eve@example.com")
    store.segment("internal", "ann@example.com")
    store.add("a", "production", **flexible(100, segments=[1]))
    store.add("a", "production", name="userWithId", parameters={"userIds": "customer-4711, customer-4712"})
    people = [{"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@acme-customer"]}]
    store.add("a", "production", **flexible(50, constraints=people))
    store.write(
        "change-request-approved", "a", "production", data={"approvedBy": "trudy", "comment": "fine by mallory"}
    )
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        kept = " ".join(row[0] for row in connection.execute("select body::varchar from log.raw_records").fetchall())
    words = ("eve@", "ann@", "customer-47", "@acme-customer", "trudy", "mallory", "createdByUserId")
    assert [word for word in words if word in kept] == []
    assert "change-request-approved" in kept
    assert configured(settings)[-1]["targeted_users"] == 2
