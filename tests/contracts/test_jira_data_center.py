"""A Jira Data Center is walked by offset, with the histories inside its tickets; the events are those of a replay."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

import pipelines.sources.jira as jira
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF, collected
from tests.contracts.played_jira import BEARER, FIXTURES, connected, events, run
from warehouse.connection import reader

RECORDING = FIXTURES / "data-center"


@pytest.fixture
def store() -> Store:
    return Store.from_recording(RECORDING, tokens=[BEARER], deployment="data_center")


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def many(store: Store, count: int, updated: str = "2026-01-01T00:00:00.{:03}+0000") -> None:
    issue_id, issue = next(iter(store.issues.items()))
    for number in range(count):
        fields = {**issue["fields"], "updated": updated.format(number % 1_000)}
        row = {**issue, "id": str(500_000 + number), "key": f"PAY-{5_000 + number}", "fields": fields}
        store.put(row, [{**one, "id": f"{number}{one['id']}"} for one in store.histories[issue_id]])


def known(home: Settings) -> int:
    with reader(home.database) as connection:
        return int(
            connection.execute("select count(*) from log.current_records where stream = 'issues'").fetchall()[0][0]
        )


def test_a_collection_gives_the_events_of_a_replay_and_no_person(site, store, tmp_path):
    replayed, collected_home = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("jira", RECORDING, "replay", AS_OF))
    done = run(collected_home, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    assert events(collected_home) == events(replayed) != []
    assert {request.path for request in site.requests} >= {"/rest/api/2/search", "/rest/api/2/status"}
    with reader(collected_home.database) as connection:
        (kept,) = connection.execute("select body::varchar from log.current_records where stream = 'issues'").fetchall()
    assert "h2. Why" in kept[0]
    assert "[~p_" in kept[0]
    assert "[~dee]" not in kept[0]
    assert "eve@acme.example" not in kept[0]


def test_a_quiet_night_costs_one_search_and_one_census(settings, site, store):
    run(settings, site, store)
    before = len(site.requests)
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.taken.new_records) == ([], 0)
    assert [request.path for request in site.requests[before:]] == ["/rest/api/2/search"] * 2


def test_what_kind_of_site_it_is_need_not_be_told_and_is_asked_once(settings, site, store):
    connection = connected(site, store, deployment=None)
    for hours in (0, 24):
        before = len(site.requests)
        assert collected(settings, jira.SOURCE, connection, hours=hours).errors == []
        asked = [request.path for request in site.requests[before:]]
        assert asked.count("/rest/api/2/serverInfo") == (1 if hours == 0 else 0)
    assert known(settings) == len(store.issues)


def test_offsets_are_only_followed_within_one_moment_and_nothing_that_moves_is_lost(settings, site, store):
    # A bulk change: more tickets in one second than a page holds.
    many(store, 150)
    store.quirks.most_per_page = 40
    routes, searches = site._routes, []

    def moving(request: Any) -> Any:
        if request.path.endswith("/search") and request.json()["fields"] != ["id"]:
            searches.append(request.json()["startAt"])
            if searches.count(80) == 1 and searches[-1] == 80:
                # Those before the offset leave, so that the rows behind it slip forward past the next page.
                for key in ("PAY-5000", "PAY-5001", "PAY-5002"):
                    issue = store.find(key)
                    assert issue is not None
                    store.move(key, issue["fields"]["status"], AS_OF)
        return routes(request)

    site._routes = moving
    assert run(settings, site, store).errors == []
    assert known(settings) == len(store.issues)


def test_a_history_that_the_search_cuts_short_is_asked_for_by_itself(settings, site, store, tmp_path):
    run(settings, site, store)
    store.quirks.cuts_histories_at = 1
    cut = Settings(home=tmp_path / "cut")
    done = run(cut, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    assert events(cut) == events(settings)
    assert site.requests[-1].path == "/rest/api/2/search"


def test_a_history_that_is_never_told_whole_is_kept_apart_with_its_reason(settings, site, store):
    many(store, 3)
    routes = site._routes

    def cut(request: Any) -> Any:
        reply = routes(request)
        for issue in (reply.json or {}).get("issues", [reply.json]) if isinstance(reply.json, dict) else []:
            if issue and issue.get("key") == "PAY-5001" and "changelog" in issue:
                issue["changelog"] |= {"histories": issue["changelog"]["histories"][:1]}
        return reply

    site._routes = cut
    done = run(settings, site, store)
    assert done.errors == []
    assert ["PAY-5001: its changelog is cut short at 1 of 3 histories" in reason for reason in done.taken.reasons] == [
        True
    ]
    assert known(settings) == len(store.issues) - 1


def test_an_empty_page_that_promises_more_is_an_error_and_no_loop(settings, site, store):
    many(store, 60, "2026-01-01T00:00:00.000+0000")
    store.quirks.most_per_page, store.quirks.empty_page_after = 20, 1
    assert "an empty page and promises more" in run(settings, site, store).errors[0]
    store.quirks.empty_page_after = 0
    assert run(settings, site, store, hours=24).errors == []
    assert known(settings) == len(store.issues)


def test_a_deleted_ticket_is_found_by_the_census(settings, site, store):
    many(store, 4)
    run(settings, site, store)
    store.delete("PAY-5002")
    assert run(settings, site, store, hours=24).errors == []
    with reader(settings.database) as connection:
        found = connection.execute(
            "select payload ->> 'key' from log.current_events where event_type = 'ticket.deleted'"
        ).fetchall()
    assert found == [("PAY-5002",)]


def test_a_long_list_of_comments_and_a_remote_link_come_as_a_replay_gives_them(tmp_path):
    folder = tmp_path / "recording"
    shutil.copytree(RECORDING, folder)
    issues = json.loads((folder / "issues.json").read_text())
    rows = issues if isinstance(issues, list) else issues["issues"]
    site_url = rows[0]["self"].rpartition("/")[0]
    who = {"key": "JIRAUSER10100", "name": "dee", "displayName": "Dee Doe"}
    comments = [
        {"id": str(number), "self": f"{site_url}/10001/comment/{number}", "author": who,
         "created": "2026-01-02T10:00:00.000+0100", "body": "{color:red}see{color} [~dee]"}
        for number in range(30)
    ]  # fmt: skip
    (folder / "comments.json").write_text(json.dumps({rows[0]["key"]: comments}))
    store = Store.from_recording(folder, tokens=[BEARER], deployment="data_center")
    replayed, collected_home = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("jira", folder, "replay", AS_OF))
    with serve(store) as site:
        assert run(collected_home, site, store).errors == []
    told = events(collected_home)
    assert sum(row[1] == "ticket.commented" for row in told) == 30
    assert told == events(replayed)


def test_the_examination_says_what_kind_it_is(site, store):
    def told(**changed: Any) -> list[tuple[str, str]]:
        collector = jira.SOURCE.collector(connected(site, store, **changed), Network(attempts=1))
        try:
            return [(finding.status, finding.sentence) for finding in collector.examine()]
        finally:
            collector.close()

    assert [status for status, _ in told()] == ["ok", "ok"]
    assert "jira does not take the token" in told(token=SecretStr("other"))[0][1]
    assert told(deployment="cloud")[1] == (
        "act", 'jira is no cloud there; set sources.jira.deployment to "data_center".'
    )  # fmt: skip
    assert "shows no project NOPE to this token; it shows PAY" in told(projects=("NOPE",))[1][1]
