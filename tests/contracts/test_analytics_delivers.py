"""Over real HTTP, whatever breaks: product analytics count each thing of a story exactly once."""

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipelines.settings import Settings
from pipelines.sources.loopback import Reply
from pipelines.writeback import Asked, approve, by_night, show
from tests.contracts.analytics_sites import (
    Analytics,
    analytics_site,
    events_of_ours,
    messages,
    read_back,
    shipped,
)
from tests.contracts.outbox_sites import LATER
from tests.unit.summaries.told import FULL
from warehouse.outbox import Message

ONCE = {("Story Shipped", "SHOP-1"): 1, ("Rollout Step", "SHOP-1"): 2}
PATH = "/2/httpapi"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    with analytics_site(monkeypatch) as site:
        yield site


@pytest.fixture
def house(site: Analytics, settings: Settings) -> Settings:
    told = site.settings(settings)
    shipped(told)
    return told


def planned(home: Settings) -> list[Message]:
    """What would be told, made and not sent."""
    by_night(home.model_copy(update={"writeback": home.writeback.model_copy(update={"mode": "dry_run"})}))
    return messages(home)


def states(home: Settings) -> set[tuple[str, str]]:
    return {(one.state, one.reason) for one in messages(home)}


def test_a_story_that_shipped_is_told_once_with_each_step_and_comes_into_the_log(site, house):
    done = [site.send(house, LATER * number) for number in range(3)]
    assert [one.sent for one in done] == [3, 0, 0]
    assert done[0].sentences == ["3 events were sent."]
    assert site.stored == ONCE
    assert states(house) == {("sent", "it was acknowledged")}
    told = events_of_ours(house)
    assert [kind for kind, _ in told] == ["rollout_step", "rollout_step", "story_shipped"]
    assert {insert_id for _, insert_id in told} == {key[1] for key in site.store.posted}
    # One request for all of them.
    assert site.site.count(PATH) == 1


def test_an_event_holds_keys_and_figures_and_no_word_of_a_ticket(site, house):
    site.send(house)
    event = next(one for _, one in site.store.posted.values() if one["event_type"] == "Story Shipped")
    assert event["time"] == FULL.timestamp() * 1_000
    assert event["event_properties"]["idea_lead_time_seconds"] == 3 * 86_400 + 3.5 * 3_600
    assert "user_id" not in event
    assert event["device_id"].startswith("storyline-")
    assert "CSV export" not in str(site.store.posted)


@pytest.mark.parametrize("fault", ["lost", "denied", "truncate", "garbage", "drop", "status"])
def test_whatever_becomes_of_the_answer_it_counts_once(fault, site, house):
    # `lost`, `denied` and `truncate` come after it was stored, `garbage`, `drop` and a 503 instead.
    site.site.faults.next(fault, match=PATH)
    first = site.send(house)
    assert (first.sent, len(first.troubles)) == (0, 1)
    assert {state for state, _ in states(house)} == {"sending"}
    assert bool(site.stored) == (fault in ("lost", "denied", "truncate"))
    soon = site.send(house, timedelta(minutes=1))
    assert "the next run sends it again" in soon.waiting[0]
    assert site.send(house, LATER).sent == 3
    assert site.stored == ONCE


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 401}, {"status": 403}, {"status": 408}])
def test_a_refusal_that_is_not_the_events_fault_leaves_it_waiting(fault, site, house):
    site.site.faults.next("status", match=PATH, **fault)
    assert len(site.send(house).troubles) == 1
    assert states(house) == {("approved", "it could not be sent")}
    assert site.send(house).sent == 3
    assert site.stored == ONCE


def test_an_answer_that_takes_too_long_leaves_it_unknown_and_it_counts_once(site, house):
    site.site.faults.next("slow", match=PATH, pause_seconds=3)
    site.send(house)
    assert {state for state, _ in states(house)} == {"sending"}
    assert site.send(house, LATER).sent == 3
    assert site.stored == ONCE


def test_a_server_that_cannot_be_reached_leaves_all_waiting(site, house):
    away = house.model_copy(update={"sources": {"amplitude": {"url": "http://127.0.0.1:9", "projects": ["187520"]}}})
    assert site.send(away).sent == 0
    assert {state for state, _ in states(house)} == {"approved"}
    assert site.send(house).sent == 3


def test_an_unknown_key_is_told_and_costs_no_event(site, house, monkeypatch):
    monkeypatch.setenv("STORYLINE_AMPLITUDE_KEY", "another-key")
    assert "set STORYLINE_AMPLITUDE_KEY" in site.send(house).troubles[0]
    monkeypatch.setenv("STORYLINE_AMPLITUDE_KEY", "an-api-key")
    assert site.send(house).sent == 3


def test_many_go_in_few_requests_and_no_device_sends_too_much_at_once(site, settings):
    home = site.settings(settings, analytics={"device_shards": 2})
    shipped(home, [f"SHOP-{number}" for number in range(40)])
    done = site.send(home)
    assert (done.sent, done.troubles) == (120, [])
    assert sum(site.stored.values()) == 120
    assert 2 < site.site.count(PATH) <= 6


def test_one_that_is_refused_holds_up_none_of_the_others(site, house, monkeypatch):
    shipped(house, [f"SHOP-{number}" for number in range(4)])
    refused = f"storyline.{next(one.message_id for one in planned(house) if one.kind == 'story_shipped')}.1"
    routes = site.site._routes

    def spoilt(request):
        if request.path == PATH:
            bad = [place for place, one in enumerate(request.json()["events"]) if one["insert_id"] == refused]
            if bad:
                return Reply(400, {"code": 400, "error": "Invalid", "events_with_invalid_fields": {"time": bad}})
        return routes(request)

    site.site._routes = spoilt
    done = site.send(house)
    assert (done.sent, len(done.troubles)) == (11, 1)
    assert sum(one.state == "failed" for one in messages(house)) == 1


@pytest.mark.parametrize("body", [b'{"code": 413, "error": "Payload too large"}', b"<html>413</html>"])
def test_a_request_that_is_too_large_is_sent_in_parts(body, site, house):
    site.site.faults.next("status", match=PATH, status=413, body=body)
    assert site.send(house).sent == 3
    assert site.stored == ONCE
    assert site.site.count(PATH) == 3


def test_an_older_copy_of_the_warehouse_counts_nothing_twice(site, house):
    planned(house)
    copy = house.home.with_name("copy.duckdb")
    shutil.copyfile(house.database, copy)
    site.send(house)
    shutil.copyfile(copy, house.database)
    # Within the days of which Amplitude remembers: it drops the second one.
    assert site.send(house, timedelta(days=4)).sent == 3
    assert site.stored == ONCE
    shutil.copyfile(copy, house.database)
    late = site.send(house, timedelta(days=9))
    assert (late.sent, len(late.waiting)) == (0, 3)
    assert "has to be read back first" in late.waiting[0]
    assert sum(site.store.deliveries.values()) == 6


def test_what_was_read_back_without_our_events_shows_that_they_never_arrived(site, house):
    read_back(house, FULL - timedelta(days=30), FULL + timedelta(days=8))
    assert site.send(house, timedelta(days=9)).sent == 3
    assert site.stored == ONCE


def test_what_is_being_sent_for_a_week_is_not_sent_again_until_a_person_says_so(site, house):
    site.site.faults.next("lost", match=PATH)
    site.send(house)
    site.site.faults.next("lost", match=PATH)
    # Sent again within the days, and lost again: they count from the first attempt on.
    site.send(house, timedelta(days=4))
    late = site.send(house, timedelta(days=8))
    assert (late.sent, len(late.troubles)) == (0, 3)
    assert states(house) == {("failed", "nobody knows whether it arrived")}
    assert site.send(house, timedelta(days=9)).sentences == []
    assert sum(site.store.deliveries.values()) == 6
    (shown, *_) = show(house, Asked())
    assert "nobody knows whether it arrived" in shown
    approve(house, ["SHOP-1"], is_approved=True)
