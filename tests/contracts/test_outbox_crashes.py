"""Killed at any moment, and with two at work at once: the ticket has our comment exactly once."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.clock import now
from pipelines.settings import Settings
from pipelines.sources.loopback import Reply, Request
from pipelines.writeback import Asked, send
from tests.conftest import ROOT, environment
from tests.contracts.outbox_sites import LATER, Site, jira_site, messages
from tests.unit.outbox.homes import plant, reaching, telling
from warehouse.store import open_log

WORKER = Path(__file__).with_name("outbox_worker.py")
# Where a request arrives at which the sender is killed, and whether the tracker has carried it out by then.
MOMENTS = (
    ("GET", "/issue/", False),
    ("POST", "/comment", False),
    ("POST", "/comment", True),
    ("PUT", "/properties/", False),
    ("PUT", "/properties/", True),
)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    with jira_site() as site:
        yield site


def home(folder: Path, site: Site) -> Settings:
    settings = reaching(folder, "auto", site.site.url, site.store.site)
    plant(settings, telling(site.ticket), instance=site.store.site)
    return settings


def worker(settings: Settings, site: Site, minutes: float = 0) -> "subprocess.Popen[str]":
    """Start a process that sends, and return once it is about to."""
    arguments = [settings.home, site.site.url, site.store.site, minutes]
    process = subprocess.Popen(
        [sys.executable, str(WORKER), *map(str, arguments)],
        cwd=ROOT, env=environment(settings.home) | {"STORYLINE_JIRA_TOKEN": "t0ken", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def killing(site: Site, moment: tuple[str, str, bool], victim: list["subprocess.Popen[str]"]) -> None:
    """Let the tracker kill the sender as its request arrives, or once it is carried out; no answer goes back."""
    method, place, is_carried_out = moment
    routes = site.site._routes

    def answer(request: Request) -> Reply:
        if not victim or request.method != method or place not in request.path:
            return routes(request)
        reply = routes(request) if is_carried_out else Reply(503)
        process = victim.pop()
        process.kill()
        process.wait()
        return reply

    site.site._routes = answer


def finished(settings: Settings, site: Site) -> None:
    """Send once more, and again: then it stands there once, and the warehouse knows it."""
    for number in (1, 2):
        send(settings, Asked(), clock=lambda number=number: now() + number * LATER)
    (message,) = messages(settings)
    assert (message.state, len(site.texts())) == ("sent", 1)
    assert message.remote_id is not None
    with open_log(settings, command="test", since=now()) as log:
        told = log.execute("select count(*) from log.current_events where event_type = 'comment.posted'").fetchall()
    assert told == [(1,)]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: " ".join(map(str, moment)))
def test_a_sender_that_is_killed_between_sending_and_knowing_posts_no_second_comment(moment, site, settings):
    settings = home(settings.home, site)
    victim: list[subprocess.Popen[str]] = []
    killing(site, moment, victim)
    # It cannot send before it is known: it waits for the lock.
    with open_log(settings, command="test", since=now()):
        victim.append(process := worker(settings, site))
    assert process.wait(30) == -9
    assert victim == []
    # A property is written only once the comment is there.
    assert len(site.texts()) == ((moment[0] == "POST" and moment[2]) or moment[0] == "PUT")
    finished(settings, site)


def test_two_who_send_at_once_post_one_comment(site, settings):
    settings = home(settings.home, site)
    with open_log(settings, command="test", since=now()):
        both = [worker(settings, site) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert site.site.written[f"comment on {site.ticket}"] == 1
    finished(settings, site)


@pytest.mark.heavy
def test_killed_at_fifty_random_moments_it_posts_one_comment_each_time(site, settings, tmp_path):
    dice, landed = random.Random(20_260_105), 0
    for number in range(50):
        settings = home(tmp_path / f"home{number}", site)
        with open_log(settings, command="test", since=now()):
            process = worker(settings, site)
        time.sleep(dice.uniform(0, 1.2))
        landed += process.poll() is None
        process.kill()
        process.wait()
        finished(settings, site)
        site.delete()
        site.store.properties.clear()
    # Most of them have to die at work, or nothing was tried.
    assert landed > 25


def test_a_clock_that_is_set_back_posts_no_second_comment(site, settings):
    settings = home(settings.home, site)
    send(settings, Asked(), clock=lambda: now() + timedelta(days=3))
    finished(settings, site)
