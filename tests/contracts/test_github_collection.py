"""What is collected from GitHub over HTTP is what a replay of the same records gives, whatever happens on the way."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import pipelines.sources.github as github
from pipelines.clock import now
from pipelines.collect import Trip, collect
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.github.server import Repository, Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF, events
from tests.contracts.played_github import FIXTURES, TOKEN, busy, connected, run
from warehouse.connection import reader


def recorded() -> Store:
    found = Store(tokens={TOKEN})
    found.record(FIXTURES)
    return found


@pytest.fixture
def store() -> Store:
    return recorded()


@pytest.fixture
def shop(store: Store) -> Repository:
    return store.repositories["acme/shop"]


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def can_be_collected(event: tuple[Any, ...], repository: Repository) -> bool:
    """Tell whether what an event hangs on was recorded too: a run's jobs can be, and the run itself not."""
    payload = json.loads(event[5])
    if event[1].startswith("build.job_"):
        return any(str(run_id) == payload["run_id"] for run_id, _ in repository.runs)
    if payload.get("kind") == "review_comment":
        return bool(repository.reviews_of.get(payload["number"]))
    return "number" not in payload or payload["number"] in {*repository.pulls, *repository.issues}


@pytest.mark.parametrize(("folder", "least"), [("fixtures", 98), ("github-ants", 480)])
def test_a_collection_by_graphql_gives_the_events_of_a_replay_of_what_rest_told(folder, least, tmp_path, recorded):
    source = FIXTURES if folder == "fixtures" else recorded / folder
    store = Store(tokens={TOKEN})
    repository = store.record(source)
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("github", source, "replay", AS_OF))
    with serve(store) as site:
        done = run(collected, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    told = events(collected)
    assert told == [event for event in events(replayed) if can_be_collected(event, repository)]
    assert len(told) >= least


def test_nothing_new_costs_five_requests_a_repository_at_most(settings, site, store):
    run(settings, site, store)
    run(settings, site, store, hours=1)
    before = len(site.requests)
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.taken.new_records, again.taken.new_events) == ([], 0, 0)
    assert 0 < len(site.requests) - before <= 5
    assert sum("if-none-match" in request.headers for request in site.requests[before:]) == 2


def test_five_hundred_pull_requests_cost_a_request_for_25_where_rest_needs_four_each(settings, site, store, shop):
    busy(shop, 500)
    assert run(settings, site, store).errors == []
    changes = [one for one in site.requests if b"query Changes" in one.body]
    assert len(changes) <= -(-len(shop.pulls) // 25) + 6
    assert len(site.requests) < 50
    with reader(settings.database) as connection:
        assert connection.execute(
            "select count(distinct subject) from log.current_events where event_type = 'change.opened'"
        ).fetchall() == [(len(shop.pulls),)]


@pytest.fixture(scope="module")
def clean_walk(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    store, home = recorded(), Settings(home=tmp_path_factory.mktemp("clean"))
    busy(store.repositories["acme/shop"], 60)
    with serve(store) as site:
        assert run(home, site, store).errors == []
    return events(home)


@pytest.mark.parametrize("after", range(1, 12, 2))
def test_a_walk_that_is_cut_off_goes_on_and_ends_as_a_clean_one(settings, site, store, shop, clean_walk, after):
    busy(shop, 60)
    store.quirks.per_connection = 2
    site.faults.next("garbage", after=after, count=1)
    assert len(run(settings, site, store).errors) == 1
    assert run(settings, site, store).errors == []
    assert events(settings) == clean_walk != []


def test_long_lists_of_one_pull_request_are_read_to_their_end(settings, site, store, tmp_path):
    store.quirks.per_connection = 1
    assert run(settings, site, store).errors == []
    store.quirks.per_connection = 100
    whole = Settings(home=tmp_path / "whole")
    run(whole, site, store)
    assert events(settings) == events(whole)


def test_a_query_that_takes_too_long_is_asked_for_fewer(settings, site, store, shop):
    busy(shop, 30)
    store.quirks.most_nodes = 5
    assert run(settings, site, store).errors == []
    sizes = {len(one.json()["variables"]["ids"]) for one in site.requests if b"query Changes" in one.body}
    assert sizes >= {25, 10, 5}


def test_more_than_a_thousand_runs_are_read_window_by_window(settings, site, store, shop):
    row = next(iter(shop.runs.values()))
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(1_500):
        at = (begun + timedelta(minutes=20 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"id": 500_000 + number, "run_attempt": 1, "status": "completed", "conclusion": "success"}
        shop.runs[500_000 + number, 1] = row | told | {"created_at": at, "run_started_at": at, "updated_at": at}
    collector = github.SOURCE.collector(connected(site, store, job_days=0), Network(attempts=1))
    assert collect(settings, github.SOURCE, collector, Trip("ingest", AS_OF)).errors == []
    with reader(settings.database) as connection:
        (count,) = connection.execute(
            "select count(distinct subject) from log.current_events where event_type = 'build.queued'"
        ).fetchall()[0]
    assert count == len(shop.runs)


def test_a_run_that_is_started_again_weeks_later_is_found(settings, site, store, shop):
    run(settings, site, store)
    (run_id, attempt), row = max(shop.runs.items(), key=lambda item: item[1]["created_at"])
    site.clock_offset = datetime(2026, 3, 28, tzinfo=UTC) - now()
    late = {"run_attempt": attempt + 1, "updated_at": "2026-03-27T10:00:00Z", "run_started_at": "2026-03-27T09:00:00Z"}
    shop.runs[run_id, attempt + 1] = row | late
    assert run(settings, site, store, hours=24).errors == []
    with reader(settings.database) as connection:
        subjects = connection.execute("select distinct subject from log.current_events").fetchall()
    assert (f"build:acme/shop/{run_id}.{attempt + 1}",) in subjects


def test_a_status_that_comes_late_is_found(settings, site, store, shop):
    run(settings, site, store)
    number = min(shop.statuses_of)
    late = shop.statuses_of[number][0] | {"id": 77, "state": "failure", "created_at": "2026-03-20T10:00:00Z"}
    shop.statuses_of[number].append(late)
    assert run(settings, site, store, hours=24).errors == []
    assert any('"status_id":"77"' in event[5] for event in events(settings))


def test_an_old_commit_that_is_merged_today_is_found(settings, site, store, shop):
    run(settings, site, store)
    head = shop.commits[0]
    old = {**head, "sha": "a" * 40, "parents": []}
    merge = {**head, "sha": "b" * 40, "parents": [{"sha": head["sha"]}, {"sha": old["sha"]}]}
    # By its date it lies far down in the list.
    shop.commits[:0], shop.commits[len(shop.commits) :] = [merge], [old]
    done = run(settings, site, store, hours=24)
    assert (done.errors, done.taken.new_events) == ([], 2)


def test_a_pull_request_that_changes_while_it_is_read_is_read_as_it_is_at_the_end(settings, site, store, shop):
    busy(shop, 60)
    routes, asked = site._routes, []

    def changing(request: Any) -> Any:
        asked.append(request.body)
        if len(asked) == 4:
            shop.pulls[1_001] |= {"title": "Another title", "updated_at": "2026-03-30T10:00:00Z"}
            shop.issues.pop(8)
        return routes(request)

    site._routes = changing
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        found = connection.execute(
            "select payload ->> 'title' from log.current_events"
            " where event_type = 'change.updated' and subject = 'change:acme/shop#1001'"
        ).fetchall()
    assert found[-1] == ("Another title",)


def test_a_review_in_the_very_second_of_the_reading_is_not_lost(settings, site, store, shop):
    at = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    shop.pulls[1]["updated_at"] = at
    run(settings, site, store)
    shop.reviews_of[1].append(shop.reviews_of[1][0] | {"id": 599, "node_id": None, "submitted_at": at})
    run(settings, site, store, hours=24)
    assert any('"review_id":"599"' in event[5] for event in events(settings))


def test_a_list_without_end_is_an_error_and_no_loop(settings, site, store, shop):
    shop.releases = [{**shop.releases[0], "id": number} for number in range(150)]
    store.quirks.repeats_page = True
    assert "as the one after itself" in run(settings, site, store).errors[0]
    store.quirks.repeats_page = False
    assert run(settings, site, store).errors == []


def test_a_proxy_that_takes_the_link_header_away_hides_nothing(settings, site, store, shop):
    busy(shop, 230)
    routes = site._routes

    def stripped(request: Any) -> Any:
        reply = routes(request)
        is_list = request.path.endswith("/issues")
        return replace(reply, headers={}) if is_list else reply

    site._routes = stripped
    assert run(settings, site, store).errors == []
    assert sum(event[1] == "change.opened" for event in events(settings)) == len(shop.pulls)


def test_a_token_revoked_in_the_middle_stops_and_the_next_run_heals(settings, site, store, shop, tmp_path):
    busy(shop, 60)
    site.faults.next("status", status=401, match="graphql", after=2, count=1)
    assert "it is wrong, expired or revoked" in run(settings, site, store).errors[0]
    assert run(settings, site, store).errors == []
    clean = Settings(home=tmp_path / "clean")
    run(clean, site, store)
    assert events(settings) == events(clean)
