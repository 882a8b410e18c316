"""What is collected from a Linear over HTTP is what a replay of the same issues gives, whatever happens on the way."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

import pipelines.sources.linear as linear
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.linear.server import Store, serve
from pipelines.sources.linear.server.nodes import team
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF, collected
from tests.contracts.played_linear import FIXTURES, LATER, TOKEN, asked, busy, connected, deleted, events, run
from warehouse.connection import reader


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[TOKEN])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def told(home: Settings, key: str, field: str) -> Any:
    with reader(home.database) as connection:
        found = connection.execute(
            "select payload ->> ? from log.current_events"
            " where event_type = 'ticket.updated' and (payload ->> 'key') = ?",
            [field, key],
        ).fetchall()
    return [row[0] for row in found]


def moves(home: Settings, key: str) -> list[tuple[str, str]]:
    with reader(home.database) as connection:
        return connection.execute(
            "select payload ->> 'from_status_name', payload ->> 'to_status_name' from log.current_events"
            " where event_type = 'ticket.status_changed' and (payload ->> 'key') = ? order by occurred_at",
            [key],
        ).fetchall()


def test_a_collection_gives_the_events_of_a_replay_of_the_same_issues(tmp_path, store):
    source = tmp_path / "recording"
    shutil.copytree(FIXTURES, source, ignore=shutil.ignore_patterns("traps"))
    replayed, live = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "live")
    take_in(replayed, Intake("linear", source, "replay", AS_OF))
    with serve(store) as site:
        done = run(live, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    assert events(live) == events(replayed) != []


def test_lists_that_come_in_small_pieces_are_read_to_their_end(tmp_path, store):
    whole, pieces = Settings(home=tmp_path / "whole"), Settings(home=tmp_path / "pieces")
    with serve(store) as site:
        run(whole, site, store)
        store.quirks.per_list = 1
        store.quirks.most_per_page = 1
        done = run(pieces, site, store)
    assert done.errors == []
    assert events(pieces) == events(whole) != []


@pytest.mark.parametrize("after", range(1, 6))
def test_a_walk_that_is_cut_off_goes_on_and_ends_as_a_clean_one(settings, site, store, tmp_path, after):
    busy(store, 90)
    store.quirks.most_per_page = 20
    site.faults.next("drop", match="/graphql", after=after, count=1)
    assert len(run(settings, site, store, attempts=1).errors) == 1
    before = len(site.requests)
    # What came while it was cut off is newer than all that its first page told.
    store.move("ENG-5010", store.find("ENG-1")["state"] | {"name": "Elsewhere", "id": "77"}, LATER)
    assert run(settings, site, store).errors == []
    assert asked(site, before).count("ChangedIssues") <= 8
    clean = Settings(home=tmp_path / "clean")
    run(clean, site, store)
    assert events(settings) == events(clean) != []
    assert told(settings, "ENG-5010", "status_name") == ["Elsewhere"]


def test_an_issue_that_moves_while_it_is_read_is_found_by_the_next_walk(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page = 20
    routes = site._routes
    oldest = min(store.issues.values(), key=lambda issue: issue["updatedAt"])["identifier"]
    elsewhere = next(state for state in store.states.values() if state["name"] == "Postponed")

    def moving(request: Any) -> Any:
        if asked(site).count("ChangedIssues") == 2 and store.find(oldest)["state"]["id"] != elsewhere["id"]:
            store.move(oldest, elsewhere, LATER)
        return routes(request)

    site._routes = moving
    assert run(settings, site, store).errors == []
    assert run(settings, site, store, hours=24).errors == []
    assert told(settings, oldest, "status_name") == ["Postponed"]


def test_a_row_of_the_history_that_grew_takes_the_place_of_what_it_told_before(settings, site, store):
    states = {state["name"]: state for state in store.states.values()}
    ann = {"id": "7e2ee1c6-0000-4000-a000-00000000000a", "name": "Ann", "displayName": "ann", "email": "a@acme.example"}
    store.find("ENG-3")["stateHistory"]["nodes"].clear()
    store.move("ENG-3", states["Todo"], LATER, ann)
    run(settings, site, store)
    assert moves(settings, "ENG-3") == [("Backlog", "Canceled"), ("Canceled", "Todo")]
    store.find("ENG-3")["stateHistory"]["nodes"].clear()
    store.move("ENG-3", states["In Progress"], LATER + timedelta(minutes=1), ann)
    assert len(store.find("ENG-3")["history"]["nodes"]) == 2
    run(settings, site, store, hours=24)
    assert moves(settings, "ENG-3") == [("Backlog", "Canceled"), ("Canceled", "In Progress")]


def test_a_deleted_issue_is_found_by_the_census_and_confirmed(settings, site, store):
    busy(store, 5)
    run(settings, site, store)
    store.delete("ENG-5002")
    before = len(site.requests)
    assert run(settings, site, store, hours=24).errors == []
    assert deleted(settings) == ["ENG-5002"]
    assert asked(site, before) == ["ChangedIssues", "Teams", "IssueIds", "ChangedIssues"]
    before = len(site.requests)
    assert run(settings, site, store, hours=48).taken.new_records == 0
    assert asked(site, before) == ["ChangedIssues", "Teams"]


def test_an_issue_that_moved_to_a_team_that_is_not_walked_is_told_as_it_is_now_and_not_as_deleted(
    settings, site, store
):
    run(settings, site, store)
    teams = tuple(store.teams)
    issue = store.find("ENG-3")
    store.put(issue | {"team": team("OPS", "Operations"), "identifier": "OPS-1", "previousIdentifiers": ["ENG-3"]})
    for hours in (24, 48):
        done = collected(settings, linear.SOURCE, connected(site, store, teams=teams), hours=hours)
        assert done.errors == []
    assert deleted(settings) == []
    assert told(settings, "OPS-1", "project_key") == ["OPS"]
    assert done.taken.new_records == 0


def test_a_lost_right_is_no_deletion_of_everything(settings, site, store):
    busy(store, 9)
    run(settings, site, store)
    for issue in list(store.issues.values()):
        store.delete(issue["identifier"])
    done = run(settings, site, store, hours=24)
    assert "that is a lost right rather than a deletion" in done.errors[0]
    assert deleted(settings) == []


def test_a_team_that_is_not_shown_is_said_so(settings, site, store):
    done = collected(settings, linear.SOURCE, connected(site, store, teams=("ENG", "NOPE")))
    assert done.errors == ["linear shows no team NOPE to this token; it shows ENG"]
    assert told(settings, "ENG-1", "status_name") == ["Done"]


@pytest.mark.parametrize(("quirk", "said"), [("repeats_page", "repeats a page"), ("empty_page", "an empty page of")])
def test_a_list_without_end_is_an_error_and_no_loop(settings, site, store, quirk, said):
    busy(store, 60)
    store.quirks.most_per_page = 20
    # All of one moment, so that only the list's own places lead on.
    for issue in store.issues.values():
        issue["updatedAt"] = "2026-01-01T00:00:00.000Z"
    setattr(store.quirks, quirk, True)
    assert said in run(settings, site, store).errors[0]
    setattr(store.quirks, quirk, False)
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        found = connection.execute("select count(*) from log.current_records where stream = 'issues'").fetchall()
    assert found == [(len(store.issues),)]


def test_a_wrong_token_finds_nothing_and_deletes_nothing(settings, site, store):
    run(settings, site, store)
    store.tokens.clear()
    done = run(settings, site, store, hours=24)
    assert "does not take the token" in done.errors[0]
    assert TOKEN not in str(done.errors)
    assert deleted(settings) == []


def test_the_examination_says_what_to_do(site, store):
    def found(**changed: Any) -> list[tuple[str, str]]:
        collector = linear.SOURCE.collector(connected(site, store, **changed), Network(attempts=1))
        try:
            return [(finding.status, finding.sentence) for finding in collector.examine()]
        finally:
            collector.close()

    assert [status for status, _ in found()] == ["ok", "ok"]
    assert "STORYLINE_LINEAR_TOKEN" in found(token=SecretStr("other"))[0][1]
    assert "cannot be reached" in found(url="http://127.0.0.1:9")[0][1]
    assert "shows no team NOPE to this token; it shows ENG" in found(teams=("NOPE",))[1][1]
    assert found(workspace="other")[1] == (
        "act", 'the token is of workspace acme; set sources.linear.workspace to "acme".'
    )  # fmt: skip
    site.clock_offset = timedelta(hours=2)
    assert "clock and linear's differ" in found()[1][1]
    site.clock_offset = timedelta()
    store.requests.left = 100
    assert "linear has 99 of 5,000 left of its limit on requests" in found()[1][1]
