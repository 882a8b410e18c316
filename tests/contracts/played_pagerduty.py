"""A played PagerDuty for tests: incidents on demand, and one collection of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.pagerduty as pagerduty
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.pagerduty.connection import PagerDutyConnection
from pipelines.sources.pagerduty.server import Store, serve
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(pagerduty.__file__).parent / "fixtures"
HOST, TOKEN = "acme.pagerduty.com", "t0ken"
BEGUN = datetime(2025, 9, 1, tzinfo=UTC)


def connected(site: Loopback, **changed: Any) -> PagerDutyConnection:
    whole: dict[str, Any] = {"host": HOST, "url": site.url, "token": SecretStr(TOKEN)}
    return PagerDutyConnection(**(whole | changed))


def run(home: Settings, site: Loopback, *, hours: int = 0, attempts: int = 3, **changed: Any) -> Collected:
    return collected(home, pagerduty.SOURCE, connected(site, **changed), hours=hours, attempts=attempts)


def recorded() -> Store:
    store = Store(HOST, tokens={TOKEN})
    store.record(FIXTURES)
    return store


def busy(store: Store, count: int, *, apart: timedelta = timedelta(hours=17), status: str = "resolved") -> None:
    """Add incidents that differ from a recorded one by id and time alone."""
    row = store.incidents["Q001"]
    for number in range(count):
        at, end = BEGUN + apart * number, BEGUN + apart * number + timedelta(minutes=50)
        resolved = {"resolved_at": stamp(end)} if status == "resolved" else {"resolved_at": None}
        told = {"id": f"R{number:05}", "created_at": stamp(at), "last_status_change_at": stamp(end), "status": status}
        store.put(row | told | resolved | {"updated_at": stamp(end)})


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _play() -> Iterator[Played]:
    store = recorded()
    busy(store, 120)
    store.most_per_page = 25
    with serve(store) as site:
        # The oldest of all, which was read with the first page.
        yield Played(site, lambda home: run(home, site), lambda: store.incidents.pop("R00000"))


VENDORS = (Vendor("pagerduty", "/incidents", "/incident", None, _play),)
