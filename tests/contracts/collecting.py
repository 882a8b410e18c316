"""What the tests of every played vendor share: one collection of it, the events that it gave, and what was said."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.collect import Collected, Trip, collect
from pipelines.settings import Settings
from pipelines.sources.live import ConnectionSettings, LiveSource, Network
from pipelines.sources.loopback import Loopback, Reply, Request
from warehouse.connection import reader

AS_OF = datetime(2026, 3, 31, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """A played vendor that answers: how it is collected once, and how something of its list is taken away."""

    site: Loopback
    collect: Callable[[Settings], Collected]
    take_one: Callable[[], None]


@dataclass(frozen=True)
class Vendor:
    """A vendor of the table of faults. `VENDORS` of each `played_*.py` beside this file holds some.

    Attributes:
        list: a part of the place (`Request.place`) that lists, page by page; the played vendor has three pages or more.
        details: a part of the place that tells more of what is listed.
        deletion: type of the event that tells of what was taken away, None where the vendor tells nothing.
        play: the vendor, busy enough for 200 events.
    """

    name: str
    list: str
    details: str
    deletion: str | None
    play: Callable[[], AbstractContextManager[Played]]


def collected(
    home: Settings, source: LiveSource, connection: ConnectionSettings, *, hours: int = 0, attempts: int = 3
) -> Collected:
    """Collect once, so many hours after the first time."""
    network = Network(attempts=attempts, timeout_seconds=5, max_wait_seconds=5, backoff_seconds=0.02)
    collector = source.collector(connection, network)
    try:
        return collect(home, source, collector, Trip("ingest", AS_OF + timedelta(hours=hours)))
    finally:
        collector.close()


def events(home: Settings) -> list[tuple[Any, ...]]:
    """Every current event: id, type, subject, actor, moment, payload."""
    with reader(home.database) as connection:
        return connection.execute(
            "select event_id, event_type, subject, actor, occurred_at, payload from log.current_events order by all"
        ).fetchall()


def overheard(site: Loopback) -> list[tuple[Request, Reply]]:
    """Return a list that grows by each request and its answer from now on."""
    said: list[tuple[Request, Reply]] = []
    routes = site._routes

    def hear(request: Request) -> Reply:
        reply = routes(request)
        said.append((request, reply))
        return reply

    site._routes = hear
    return said
