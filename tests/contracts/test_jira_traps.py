"""What a Jira does that costs others their tickets: it lags, moves, renames, hides, and counts time as it likes."""

import json
import re
from datetime import timedelta, timezone
from typing import Any

import pytest

import pipelines.sources.jira as jira
from pipelines.clock import now, parse_time
from pipelines.settings import Settings
from pipelines.sources.jira.server import Store
from pipelines.sources.jira.server.store import stamp
from tests.contracts.collecting import AS_OF, collected
from tests.contracts.played_jira import busy, connected, deleted, events, projects, run
from tests.contracts.test_jira_collection import site, store
from warehouse.connection import reader

__all__ = ["site", "store"]


def shift(store: Store, hours: int) -> None:
    """Let the site tell each time in another zone, as it does where its owner sits there."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: told(part) for name, part in value.items()}
        if isinstance(value, list):
            return [told(part) for part in value]
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", value):
            return stamp(parse_time(value).astimezone(timezone(timedelta(hours=hours))))
        return value

    store.issues, store.histories, store.comments = told(store.issues), told(store.histories), told(store.comments)


@pytest.mark.parametrize("hours", [-8, 13])
def test_a_site_in_another_time_zone_gives_the_same_events(site, store, tmp_path, hours):
    here, there = Settings(home=tmp_path / "here"), Settings(home=tmp_path / "there")
    run(here, site, store)
    shift(store, hours)
    assert run(there, site, store).errors == []
    assert events(there) == events(here) != []


def status_of(home: Settings, key: str) -> str:
    with reader(home.database) as connection:
        found = connection.execute(
            "select payload ->> 'status_name' from log.current_events"
            f" where event_type = 'ticket.updated' and (payload ->> 'key') = '{key}' order by occurred_at, event_id"
        ).fetchall()
    return str(found[-1][0])


def test_a_ticket_that_the_search_finds_late_is_read_the_night_after(settings, site, store):
    busy(store, 30)
    late, newest = store.find("SHOP-5028"), store.find("SHOP-5029")
    assert late is not None
    assert newest is not None
    store.move("SHOP-5028", {**late["fields"]["status"], "name": "Elsewhere"}, AS_OF - timedelta(minutes=5))
    store.move("SHOP-5029", newest["fields"]["status"], AS_OF)
    store.unindexed.add(late["id"])
    assert run(settings, site, store).errors == []
    store.unindexed.clear()
    # It was updated before the newest that was read: only the overlap reaches back to it.
    assert run(settings, site, store, hours=24).taken.new_records == 1
    assert status_of(settings, "SHOP-5028") == "Elsewhere"


def test_two_updates_of_one_moment_with_a_reading_between_them_are_both_told(settings, site, store):
    at = now().replace(microsecond=123_000)
    (first, _), status = list(store.issues.values())[:2], {"id": "77", "name": "One"}
    store.move(first["key"], {**first["fields"]["status"], **status}, at)
    run(settings, site, store)
    store.move(first["key"], {**first["fields"]["status"], "id": "78", "name": "Other"}, at)
    assert run(settings, site, store, hours=24).errors == []
    with reader(settings.database) as connection:
        found = connection.execute(
            "select payload ->> 'to_status_name' from log.current_events where event_type = 'ticket.status_changed'"
            " and (payload ->> 'to_status_id') in ('77', '78') order by 1"
        ).fetchall()
    assert found == [("One",), ("Other",)]


def test_a_ticket_that_moved_to_a_project_that_is_not_walked_is_told_once_and_not_deleted(settings, site, store):
    busy(store, 5)
    assert run(settings, site, store).errors == []
    walked = projects(store)
    issue = store.find("SHOP-5002")
    assert issue is not None
    there = {"key": "OPS", "id": "77", "name": "Operations"}
    moved = {**issue["fields"], "project": there, "updated": stamp(AS_OF)}
    store.put({**issue, "key": "OPS-1", "fields": moved}, store.histories[issue["id"]])
    for hours in (24, 48):
        before = len(site.requests)
        done = collected(settings, jira.SOURCE, connected(site, store, projects=walked), hours=hours)
        assert done.errors == []
    asked = [request.path for request in site.requests[before:]]
    assert asked == ["/rest/api/3/search/jql"] * (len(walked) + 1)
    assert deleted(settings) == []
    with reader(settings.database) as connection:
        found = connection.execute(
            "select body ->> 'key' from log.current_records where stream = 'issues' and record_key = ?", [issue["id"]]
        ).fetchall()
    assert found == [("OPS-1",)]


def test_a_site_that_refuses_a_project_that_is_not_there_is_told_in_our_words(settings, site, store):
    store.quirks.refuses_unknown_projects = True
    done = collected(settings, jira.SOURCE, connected(site, store, projects=("NOPE",)))
    assert "jira shows no project NOPE to this token; it shows SHOP" in done.errors[0]


def test_all_boards_of_a_project_are_read_and_one_that_cannot_be_viewed_is_left_out(settings, site, store):
    one = store.boards[0]
    store.boards = [{**one, "id": number, "name": f"Board {number}"} for number in range(1, 121)]
    store.hidden_boards = {7}
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        (count,) = connection.execute(
            "select count(*) from log.current_events where event_type = 'board.configured'"
        ).fetchall()
    assert count == (119,)
    # Definitions are read once a week, and never by a quiet night.
    before = len(site.requests)
    run(settings, site, store, hours=24)
    assert not any("/board" in request.path for request in site.requests[before:])


def test_a_text_in_atlassians_document_format_is_kept_without_its_people(settings, site, store):
    text = [
        {"type": "text", "text": "Ask ", "marks": [{"type": "strong"}]},
        {"type": "mention", "attrs": {"id": "5b10ac8d82e05b22cc7d4ef9", "text": "@Dee Doe"}},
        {"type": "text", "text": " or eve@acme.example"},
    ]
    document = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": text}]}
    issue = store.find("SHOP-1") or next(iter(store.issues.values()))
    issue["fields"]["description"] = document
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        (kept,) = connection.execute(
            "select body ->> '$.fields.description' from log.current_records where stream = 'issues'"
            " and record_key = ?", [issue["id"]],
        ).fetchall()[0]  # fmt: skip
    told = json.loads(kept)["content"][0]["content"]
    assert told[0] == text[0]
    assert re.fullmatch("p_[0-9a-f]{16}", told[1]["attrs"]["id"])
    assert not re.search("Dee|5b10ac|eve@", kept)


def test_a_field_is_found_by_its_name_though_no_change_of_it_was_ever_written(settings, site, store):
    issue = next(iter(store.issues.values()))
    issue["fields"]["customfield_77077"] = 13.0
    store.names["customfield_77077"] = "Story Points"
    store.names["customfield_77078"] = "Something that no ticket has"
    assert run(settings, site, store).errors == []
    with reader(settings.database) as connection:
        (names,) = connection.execute(
            "select body ->> 'names' from log.current_records where stream = 'issues' and record_key = ?", [issue["id"]]
        ).fetchall()[0]
        (estimate,) = connection.execute(
            "select payload ->> 'estimate' from log.current_events"
            " where event_type = 'ticket.updated' and (payload ->> 'key') = ?", [issue["key"]],
        ).fetchall()[0]  # fmt: skip
    assert float(estimate) == 13
    # Not all of the hundreds of fields of a site, in each ticket.
    assert json.loads(names) == {"customfield_77077": "Story Points"}
