"""Killed at any moment, and with two at work at once: product analytics count each thing of a story exactly once."""

from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest

from pipelines.settings import Settings
from pipelines.sources.loopback import Reply, Request
from tests.conftest import environment
from tests.contracts import analytics_worker
from tests.contracts.analytics_sites import KEYS, SOON, Analytics, analytics_site, events_of_ours, messages, shipped
from tests.contracts.outbox_sites import LATER
from tests.forked import Striking, ended, kill, lasting, ready
from warehouse.store import open_log

STORIES = ("SHOP-1", "SHOP-2", "SHOP-3")
KILLS = 50


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    with analytics_site(monkeypatch) as site:
        yield site


def planted(site: Analytics, settings: Settings) -> Settings:
    told = site.settings(settings)
    shipped(told, STORIES)
    return told


def worker(settings: Settings, site: Analytics, after: timedelta = timedelta()) -> BaseProcess:
    """Start a process that sends, and return once it is about to."""
    arguments = (settings.home, site.site.url, SOON + after)
    return ready(analytics_worker.main, *arguments, env=environment(settings.home) | KEYS)


def finished(settings: Settings, site: Analytics) -> None:
    """Send once more, and again: then each thing counts once, and the warehouse knows it."""
    for number in (1, 2):
        site.send(settings, number * LATER)
    assert {one.state for one in messages(settings)} == {"sent"}
    assert site.stored == {
        **{("Story Shipped", key): 1 for key in STORIES}, **{("Rollout Step", key): 2 for key in STORIES}
    }  # fmt: skip
    assert sorted(insert_id for _, insert_id in events_of_ours(settings)) == sorted(key[1] for key in site.store.posted)


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_sender_that_is_killed_between_sending_and_knowing_counts_nothing_twice(is_stored, site, settings):
    settings = planted(site, settings)
    victim: list[BaseProcess] = []
    routes = site.site._routes

    def answer(request: Request) -> Reply:
        if not victim:
            return routes(request)
        reply = routes(request) if is_stored else Reply(503)
        kill(victim.pop())
        return reply

    site.site._routes = answer
    # It cannot send before it is known: it waits for the lock.
    with open_log(settings, command="test", since=SOON):
        victim.append(process := worker(settings, site))
    assert ended(process) == -9
    assert {one.state for one in messages(settings)} == {"sending"}
    assert bool(site.stored) == is_stored
    finished(settings, site)


def test_two_who_send_at_once_send_each_thing_once(site, settings):
    settings = planted(site, settings)
    with open_log(settings, command="test", since=SOON):
        both = [worker(settings, site) for _ in range(2)]
    assert [ended(process) for process in both] == [0, 0]
    assert set(site.store.deliveries.values()) == {1}
    finished(settings, site)


def at_work(settings: Settings, site: Analytics) -> BaseProcess:
    """Start a process that sends from now on: it waited for the lock."""
    with open_log(settings, command="test", since=SOON):
        return worker(settings, site)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_killed_at_fifty_random_moments_each_thing_counts_once(site, settings, tmp_path):
    striking = Striking(20_260_105, lasting(at_work(planted(site, settings), site)))
    for number in range(5 * KILLS):
        site.store.posted.clear()
        site.store.deliveries.clear()
        settings = planted(site, settings.model_copy(update={"home": tmp_path / f"home{number}"}))
        striking.strike(at_work(settings, site))
        finished(settings, site)
        if striking.struck == KILLS:
            break
    assert striking.struck == KILLS, "the kills came too late to prove anything"
