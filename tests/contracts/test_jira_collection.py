"""What is collected from a Jira over HTTP is what a replay of the same tickets gives, whatever happens on the way."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

import pipelines.sources.jira as jira
from pipelines.clock import parse_time
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF
from tests.contracts.played_jira import FIXTURES, SIGNED, busy, connected, deleted, events, projects, run
from warehouse.connection import reader


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[SIGNED])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


@pytest.mark.parametrize("folder", ["fixtures", "jira-sample"])
def test_a_collection_gives_the_events_of_a_replay_of_the_same_tickets(folder, tmp_path, recorded):
    # The files of one site: what lies below them in the fixtures is another one.
    source = tmp_path / "recording"
    shutil.copytree(
        FIXTURES if folder == "fixtures" else recorded / folder, source, ignore=shutil.ignore_patterns("data-center")
    )
    store = Store.from_recording(source, tokens=[SIGNED])
    # Of a ticket that is deleted nothing can be collected, and a recording may keep its row.
    gone = [str(key) for key in json.loads((source / "deleted.json").read_text())] if folder == "fixtures" else []
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("jira", source, "replay", AS_OF))
    with serve(store) as site:
        done = run(collected, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    keys = {issue["key"] for issue in store.issues.values()}
    told = [row for row in events(replayed) if not row[1].startswith("ticket.") or json.loads(row[5])["key"] in keys]
    assert gone or len(told) == len(events(replayed))
    assert events(collected) == told != []


def test_nothing_new_costs_one_search_a_project_and_one_census(settings, site, store):
    run(settings, site, store)
    before = len(site.requests)
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.taken.new_records) == ([], 0)
    asked = [request.path.rpartition("/rest/")[2] for request in site.requests[before:]]
    assert asked == ["api/3/search/jql"] * (len(projects(store)) + 1)


def test_a_thousand_tickets_cost_a_few_requests_where_one_each_would_cost_a_thousand(settings, site, store):
    busy(store, 1_000)
    done = run(settings, site, store)
    assert done.errors == []
    assert done.taken.new_records >= 1_000
    assert done.requests < 40


@pytest.fixture(scope="module")
def clean_walk(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    store, home = Store.from_recording(FIXTURES, tokens=[SIGNED]), Settings(home=tmp_path_factory.mktemp("clean"))
    busy(store, 90)
    with serve(store) as site:
        assert run(home, site, store).errors == []
    return events(home)


@pytest.mark.parametrize("after", range(1, 12, 2))
def test_a_walk_that_is_cut_off_goes_on_and_ends_as_a_clean_one(settings, site, store, clean_walk, after):
    busy(store, 90)
    store.quirks.most_per_page = 20
    site.faults.next("drop", match="/rest/", after=after, count=1)
    assert len(run(settings, site, store, attempts=1).errors) == 1
    assert run(settings, site, store).errors == []
    assert events(settings) == clean_walk != []


def test_a_ticket_that_moves_while_it_is_read_is_read_as_it_is_at_the_end(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page = 20
    first = store.find("SHOP-5000")
    assert first is not None
    routes, calls = site._routes, []

    def moving(request: Any) -> Any:
        calls.append(request.path)
        if calls.count("/rest/api/3/search/jql") == 2 and len(calls) < 9:
            store.move("SHOP-5000", {**first["fields"]["status"], "id": "77", "name": "Elsewhere"}, AS_OF)
        return routes(request)

    site._routes = moving
    done = run(settings, site, store)
    assert done.errors == []
    with reader(settings.database) as connection:
        (row,) = connection.execute(
            "select count(*) from log.current_events where event_type = 'ticket.updated'"
            " and (payload ->> 'key') = 'SHOP-5000' and (payload ->> 'status_name') = 'Elsewhere'"
        ).fetchall()
        everyone = connection.execute(
            "select count(distinct payload ->> 'key') from log.current_events where event_type = 'ticket.updated'"
        ).fetchall()[0][0]
    assert (row[0], everyone) == (1, len(store.issues))


def test_a_deleted_ticket_is_found_by_the_census_and_confirmed(settings, site, store):
    busy(store, 5)
    run(settings, site, store)
    store.delete("SHOP-5002")
    assert run(settings, site, store, hours=24).errors == []
    assert deleted(settings) == ["SHOP-5002"]
    before = len(site.requests)
    assert run(settings, site, store, hours=48).taken.new_records == 0
    assert [one.path for one in site.requests[before:] if "/issue/" in one.path] == []


def test_a_lost_right_is_no_deletion_of_everything(settings, site, store):
    busy(store, 9)
    run(settings, site, store)
    for issue in list(store.issues.values()):
        store.delete(issue["key"])
    done = run(settings, site, store, hours=24)
    assert "that is a lost right rather than a deletion" in done.errors[0]
    assert deleted(settings) == []


@pytest.mark.parametrize(
    ("quirk", "value", "told"),
    [("repeats_token", True, "repeats a page"), ("empty_page_after", 1, "an empty page and promises more")],
)
def test_a_list_without_end_is_an_error_and_no_loop(settings, site, store, quirk, value, told):
    busy(store, 60)
    store.quirks.most_per_page = 20
    # All of one moment, so that only the token leads on.
    for issue in store.issues.values():
        issue["fields"]["updated"] = "2026-01-01T00:00:00.000+0000"
    setattr(store.quirks, quirk, value)
    done = run(settings, site, store)
    assert told in done.errors[0]
    setattr(store.quirks, quirk, False if value is True else 0)
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        found = connection.execute("select count(*) from log.current_records where stream = 'issues'").fetchall()
    assert found == [(len(store.issues),)]


def test_a_token_revoked_in_the_middle_stops_and_the_next_run_heals(settings, site, store, tmp_path):
    busy(store, 60)
    store.quirks.most_per_page = 20
    site.faults.next("status", status=401, match="bulkfetch", after=1, count=1)
    assert "it is wrong, expired or revoked" in run(settings, site, store).errors[0]
    assert run(settings, site, store).errors == []
    clean = Settings(home=tmp_path / "clean")
    run(clean, site, store)
    assert events(settings) == events(clean)


def test_a_wrong_token_finds_nothing_and_deletes_nothing(settings, site, store):
    run(settings, site, store)
    store.tokens.clear()
    done = run(settings, site, store, hours=24)
    assert done.errors
    assert deleted(settings) == []


def test_the_examination_says_what_to_do(site, store):
    def told(**changed: Any) -> list[tuple[str, str]]:
        asked = connected(site, store, **({"projects": ("SHOP",)} | changed))
        collector = jira.SOURCE.collector(asked, Network(attempts=1))
        try:
            return [(finding.status, finding.sentence) for finding in collector.examine()]
        finally:
            collector.close()

    assert [status for status, _ in told()] == ["ok", "ok"]
    assert "STORYLINE_JIRA_TOKEN" in told(token=SecretStr("other"))[0][1]
    assert "cannot be reached" in told(url="http://127.0.0.1:9")[0][1]
    assert "shows no project NOPE to this token; it shows" in told(projects=("NOPE",))[1][1]
    assert told(host="jira.acme.example")[1] == (
        "warn",
        f'jira calls itself {store.site}, and the log jira.acme.example; set sources.jira.host to "{store.site}".',
    )
    site.clock_offset = timedelta(hours=2)
    assert "clock and jira's differ" in told()[1][1]
    site.faults.next("garbage")
    assert "a web page where JSON was due" in told()[0][1]


def test_times_in_milliseconds_are_read_too(settings, site, store):
    for log in store.histories.values():
        for one in log:
            one["created"] = round(parse_time(one["created"]).timestamp() * 1_000)
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        assert connection.execute("select count(*) from log.quarantine").fetchall() == [(0,)]
