"""What is collected from a Zendesk is what a replay of the same tickets gives, whatever happens on the way."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pydantic import SecretStr

import pipelines.sources.zendesk as zendesk
from pipelines.clock import now
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback, Reply
from pipelines.sources.zendesk.connection import ZendeskConnection
from pipelines.sources.zendesk.server import Store, serve
from tests.contracts.collecting import AS_OF, events
from tests.contracts.played_zendesk import BRANDS, FIXTURES, LATER, SIGNED, busy, connected, run
from warehouse.connection import reader


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[SIGNED])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def newest(home: Settings, ticket: str) -> dict:
    with reader(home.database) as connection:
        found = connection.execute(
            "select payload from log.current_events where event_type = 'support.ticket_updated'"
            f" and (payload ->> 'ticket_id') = '{ticket}'"
        ).fetchall()
    assert len(found) == 1
    return json.loads(found[0][0])


def test_a_collection_gives_the_events_of_a_replay_of_the_same_tickets(site, store, tmp_path):
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("zendesk", FIXTURES, "replay", AS_OF))
    done = run(collected, site, store)
    assert (done.errors, done.taken.reasons) == ([], [])
    assert events(collected) == events(replayed) != []


def test_nothing_new_costs_one_request(settings, site, store):
    busy(store, 300)
    first = run(settings, site, store)
    # One page, and a look at the comments of each merged ticket.
    assert (first.errors, first.requests) == ([], 1 + 1 + 30)
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.requests, again.taken.new_records) == ([], 1, 0)


def test_what_changes_is_told_and_a_ticket_that_was_merged_before_is_not_asked_for_again(settings, site, store):
    run(settings, site, store)
    store.change("104", LATER, status="solved", tags=["export"])
    store.change("102", LATER, priority="low")
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.requests, again.taken.new_records) == ([], 1, 2)
    assert newest(settings, "104")["tags"] == ["export"]
    assert (newest(settings, "102")["merged_into"], newest(settings, "102")["priority"]) == ("101", "low")


def test_a_change_that_touches_no_updated_at_is_a_new_version_all_the_same(settings, site, store):
    # A system's own update moves `generated_timestamp` alone; by `updated_at` it would never be read.
    run(settings, site, store)
    row = store.tickets["104"]
    store.put({**row, "tags": ["swept"], "generated_timestamp": int(LATER.timestamp())})
    assert run(settings, site, store, hours=24).taken.new_records == 1
    assert newest(settings, "104")["tags"] == ["swept"]


def test_what_changed_within_the_last_minute_comes_the_next_time_and_is_not_lost(settings, site, store):
    run(settings, site, store)
    store.change("104", now() - timedelta(seconds=30), tags=["just now"])
    assert run(settings, site, store, hours=24).taken.new_records == 0
    store.quirks.excludes_seconds = 0
    assert run(settings, site, store, hours=48).taken.new_records == 1
    assert newest(settings, "104")["tags"] == ["just now"]


def test_a_byte_that_is_no_utf_8_costs_a_letter_and_not_the_page(settings, site, store):
    store.put({**store.tickets["104"], "subject": "caf# au lait"})
    routes = site._routes

    def broken(request):
        reply = routes(request)
        return Reply(reply.status, None, reply.headers, reply.body.replace(b"caf#", b"caf\xe9"))

    site._routes = broken
    assert run(settings, site, store).errors == []
    assert newest(settings, "104")["subject"] == "caf\ufffd au lait"


@pytest.mark.parametrize("after", range(1, 9))
def test_a_walk_that_is_cut_off_goes_on_at_its_page_and_ends_as_a_clean_one(settings, site, store, tmp_path, after):
    busy(store, 60)
    store.quirks.most_per_page = 20
    site.faults.next("drop", match="/api/", after=after)
    assert len(run(settings, site, store, attempts=1).errors) == 1
    before = site.count("/incremental/")
    # Meanwhile one that was read moves to the end, and one that was not yet read, too.
    store.change("104", LATER, tags=["meanwhile"])
    store.change("5059", LATER, tags=["meanwhile"])
    assert run(settings, site, store).errors == []
    assert site.count("/incremental/") - before <= 4
    clean = Settings(home=tmp_path / "clean")
    run(clean, site, store)
    assert states(settings) == states(clean)


def states(home: Settings) -> list[tuple]:
    return [row for row in events(home) if row[1] == "support.ticket_updated"]


def test_ten_exports_a_minute_are_obeyed_and_the_walk_is_whole(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page, store.quirks.requests_in_window, store.quirks.window_seconds = 20, 2, 1.5
    done = run(settings, site, store)
    assert done.errors == []
    assert site.count("/incremental/") > 4
    with reader(settings.database) as connection:
        (told,) = connection.execute("select count(distinct record_key) from log.current_records").fetchall()
    assert told[0] == len(store.tickets)


def test_a_longer_limit_than_may_be_waited_for_ends_the_walk_and_keeps_what_was_read(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page, store.quirks.requests_in_window = 20, 2
    done = run(settings, site, store)
    assert "asks to wait 1 minutes for its limit of ten exports a minute" in done.errors[0]
    assert done.taken.new_records >= 39
    store.quirks.requests_in_window = 0
    assert run(settings, site, store).errors == []


def test_a_cursor_that_is_no_longer_taken_costs_an_hour_again_and_loses_nothing(settings, site, store):
    busy(store, 60)
    run(settings, site, store)
    store.change("104", LATER, tags=["after"])
    store.quirks.forgets_cursors = True
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.taken.new_records) == ([], 1)
    asked = [request.asked("start_time") for request in site.requests if request.asked("start_time")]
    assert asked[0] == "0"
    assert int(asked[1]) > 1_700_000_000


def test_pages_that_repeat_without_end_are_an_error_and_no_loop(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page, store.quirks.repeats_cursor = 20, True
    assert "promises another page and names none that is new" in run(settings, site, store).errors[0]
    assert len(site.requests) < 10


def test_a_deleted_ticket_keeps_what_it_told_and_is_told_to_be_gone(settings, site, store):
    run(settings, site, store)
    before = events(settings)
    store.change("101", LATER, subject="SCRUBBED", description="SCRUBBED", status="deleted", requester_id=None)
    assert run(settings, site, store, hours=24).taken.new_records == 1
    assert set(before) < set(events(settings))
    assert newest(settings, "101")["subject"] == "How do I export my data?"


def test_only_the_brands_that_are_named_are_kept_and_a_ticket_that_was_of_ours_goes_on(settings, site, store):
    store.brands = list(BRANDS)
    store.quirks.most_per_page = 20
    store.put({**store.tickets["104"], "brand_id": 32})
    assert run(settings, site, store, brands=["acme"]).errors == []
    assert "104" not in {json.loads(row[5])["ticket_id"] for row in states(settings)}
    store.change("107", LATER, brand_id=32, tags=["moved"])
    assert run(settings, site, store, hours=24, brands=["acme"]).taken.new_records == 1
    assert newest(settings, "107")["tags"] == ["moved"]
    store.brands = []
    assert "shows no brand acme" in run(settings, site, store, hours=48, brands=["acme"]).errors[0]


def test_the_first_walk_begins_on_the_day_that_the_settings_say(settings, site, store):
    run(settings, site, store, start_on=date(2026, 1, 11))
    assert {json.loads(row[5])["ticket_id"] for row in states(settings)} == {"106", "107"}


def test_an_oauth_token_is_sent_as_a_bearers(settings, site, store):
    store.tokens = {"Bearer t0ken"}
    assert run(settings, site, store, email=None).errors == []
    assert "does not take the token" in run(settings, site, store).errors[0]


def test_the_doctor_knows_a_wrong_token_a_token_of_no_administrator_and_brands(site, store):
    def said(**changed) -> list[tuple[str, str]]:
        collector = zendesk.SOURCE.collector(connected(site, store, **changed), Network(attempts=1))
        found = [(one.status, one.sentence) for one in collector.examine()]
        collector.close()
        return found

    store.brands, store.quirks.most_per_page = list(BRANDS), 1
    assert [status for status, _ in said(brands=["acme", "nobody"])] == ["ok", "ok", "act"]
    assert "it shows acme, other" in said(brands=["nobody"])[-1][1]
    # Zendesk greets a wrong token as an anonymous user, with 200.
    wrong = said(token="other")
    assert (wrong[0][0], "answers as to nobody" in wrong[0][1]) == ("act", True)
    store.me["role"] = "agent"
    assert ("act", "zendesk lets only an administrator's token read exports; make the token of one.") in said()


def test_a_token_is_in_no_error_and_in_no_text_of_the_settings(settings, site, store):
    store.tokens = set()
    (error,) = run(settings, site, store).errors
    connection = ZendeskConnection(url=site.url, token=SecretStr("s3cret-token"))
    assert "t0ken" not in error
    assert "s3cret-token" not in repr(connection)
