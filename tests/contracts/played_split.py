"""A played Split for tests: the flags of the fixtures, more on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.split as split
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.split.connection import SplitConnection
from pipelines.sources.split.server import Store, serve
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(split.__file__).parent / "fixtures"
TOKEN = "adm1n"
SIGNED = f"Bearer {TOKEN}"


def connected(site: Loopback, store: Store, **changed: Any) -> SplitConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "workspaces": tuple(store.workspaces.values()),
        "token": SecretStr(TOKEN),
    }
    return SplitConnection(**(whole | changed))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    return collected(home, split.SOURCE, connected(site, store), **how)


def buckets(share: float) -> list[dict[str, Any]]:
    return [{"treatment": "on", "size": share}, {"treatment": "off", "size": 100 - share}]


def busy(store: Store, count: int) -> None:
    """Fill the first workspace with flags that differ by their share."""
    workspace = next(iter(store.workspaces))
    store.at = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        store.at += timedelta(minutes=7)
        store.create(workspace, f"flag-{number}")
        store.define(workspace, "env-prod", f"flag-{number}", defaultRule=buckets(number % 101))


@contextmanager
def _play() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES, tokens=[SIGNED])
    busy(store, 65)
    store.quirks.most_per_page = 30
    workspace = next(iter(store.workspaces))
    with serve(store) as site:
        # Read with the first page; nothing tells of its leaving before the next poll.
        yield Played(
            site, lambda home: run(home, site, store), lambda: store.remove(workspace, "env-prod", "csv-export")
        )


VENDORS = (Vendor("split", "/environments/env-prod", "/splits/ws/", None, _play),)
