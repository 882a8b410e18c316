"""A played LaunchDarkly for tests: more flags and entries on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.launchdarkly as launchdarkly
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.launchdarkly.connection import LaunchDarklyConnection
from pipelines.sources.launchdarkly.server import Store, serve, shapes
from pipelines.sources.launchdarkly.server.shapes import Done
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(launchdarkly.__file__).parent / "fixtures"
TOKEN = "api-t0ken"
BEGUN = datetime(2025, 1, 1, tzinfo=UTC)
ANN = {"_id": shapes.new_id("ann"), "email": "ann@acme.example", "firstName": "Ann", "lastName": "Lee"}


def recorded() -> Store:
    return Store.from_recording(FIXTURES, tokens=[TOKEN])


def connected(site: Loopback, **changed: Any) -> LaunchDarklyConnection:
    whole: dict[str, Any] = {
        "url": site.url, "host": "app.launchdarkly.com", "projects": ("shop",), "token": SecretStr(TOKEN),
    }  # fmt: skip
    return LaunchDarklyConnection(**(whole | changed))


def run(home: Settings, site: Loopback, **how: int) -> Collected:
    return collected(home, launchdarkly.SOURCE, connected(site), **how)


def done(at: datetime, *actions: str) -> Done:
    return Done(at, ANN, actions, "updated the flag")


def at_minute(number: float) -> datetime:
    return BEGUN + timedelta(minutes=number)


def busy(store: Store, count: int, shares: tuple[float, ...] = (1, 10, 100)) -> None:
    """Add flags, each with a rollout of so many steps."""
    for number in range(count):
        key = f"busy-{number:04}"
        store.create("shop", key, f"Busy {number}", done(at_minute(10 * number), "createFlag"))
        for step, share in enumerate(shares, 1):
            served = {"on": True, "fallthrough": shapes.rollout(share)}
            changed = done(at_minute(10 * number + step), "updateOn", "updateFallthrough")
            store.configure("shop", key, "production", changed, served)


@contextmanager
def _play() -> Iterator[Played]:
    store = recorded()
    busy(store, 60, (10,))
    store.quirks.most_per_page = 20

    def drop() -> None:
        """Take the flag away that was made first: it was read with the first page."""
        store.delete("shop", "busy-0000", done(datetime(2026, 3, 30, tzinfo=UTC), "deleteFlag"))

    with serve(store) as site:
        yield Played(site, lambda home: run(home, site), drop)


VENDORS = (Vendor("launchdarkly", "/api/v2/flags/", "/api/v2/auditlog/", None, _play),)
