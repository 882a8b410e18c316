"""A sender that is a process of its own and is killed at any moment, as a request arrives or once it is carried out."""

from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipelines.clock import now
from pipelines.settings import Settings
from pipelines.sources.loopback import Reply, Request
from pipelines.writeback import Asked, send
from tests.conftest import environment
from tests.contracts import outbox_worker
from tests.contracts.follow_up_sites import FollowUps
from tests.contracts.outbox_sites import LATER, Site, messages
from tests.contracts.played_linear import TOKEN
from tests.forked import ended, kill, ready
from tests.unit.outbox.homes import plant, reaching, telling
from warehouse.store import open_log

TOKENS = {"STORYLINE_JIRA_TOKEN": "t0ken", "STORYLINE_LINEAR_TOKEN": TOKEN}


@dataclass(frozen=True)
class Moment:
    """When a sender is killed: as this request arrives for the so manieth time, and whether it is carried out then."""

    method: str
    place: str
    is_carried_out: bool = False
    after: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.place} {self.after} {'after' if self.is_carried_out else 'before'}"


def home(folder: Path, site: Site) -> Settings:
    """A home that has one story to tell of this site, whose settings send."""
    host = f"linear.app/{site.store.workspace}" if site.source == "linear" else site.store.site
    told = {"follow_ups": {"enabled": isinstance(site, FollowUps)}}
    settings = reaching(folder, "auto", site.site.url, host, source=site.source, **told)
    plant(settings, telling(site.ticket), instance=host, source=site.source)
    return settings


def worker(settings: Settings, site: Site, minutes: float = 0) -> BaseProcess:
    """Start a process that sends, and return once it is about to."""
    host = f"linear.app/{site.store.workspace}" if site.source == "linear" else site.store.site
    arguments = (settings.home, site.site.url, host, minutes, site.source, isinstance(site, FollowUps))
    return ready(outbox_worker.main, *arguments, env=environment(settings.home) | TOKENS)


def killing(site: Site, moment: Moment, victim: list[BaseProcess]) -> None:
    """Let the tracker kill the sender at a moment; no answer goes back."""
    routes, seen = site.site._routes, 0

    def answer(request: Request) -> Reply:
        nonlocal seen
        if not victim or request.method != moment.method or moment.place not in request.place:
            return routes(request)
        seen += 1
        if seen <= moment.after:
            return routes(request)
        reply = routes(request) if moment.is_carried_out else Reply(503)
        kill(victim.pop())
        return reply

    site.site._routes = answer


def killed(settings: Settings, site: Site, moment: Moment) -> None:
    """Let a sender die at a moment."""
    victim: list[BaseProcess] = []
    killing(site, moment, victim)
    # It cannot send before it is known: it waits for the lock.
    with open_log(settings, command="test", since=now()):
        victim.append(process := worker(settings, site))
    assert ended(process) == -9
    assert victim == []


def finished(settings: Settings, site: Site) -> None:
    """Send once more, and again: then each message stands there once, and the warehouse knows it."""
    for number in (1, 2):
        send(settings, Asked(), clock=lambda number=number: now() + number * LATER)
    told = {one.kind: one for one in messages(settings)}
    assert [one.state for one in told.values()] == ["sent"] * len(told)
    assert all(one.remote_id is not None for one in told.values())
    kinds = {"impact": "comment.posted"} | ({"follow_up": "follow_up.created"} if isinstance(site, FollowUps) else {})
    assert told.keys() == kinds.keys()
    with open_log(settings, command="test", since=now()) as log:
        events = log.execute("select event_type, count(*) from log.current_events group by all order by 1").fetchall()
    assert events == [(name, 1) for name in sorted(kinds.values())]
    assert len(site.texts()) == 1
