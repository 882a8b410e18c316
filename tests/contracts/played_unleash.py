"""A played Unleash for tests: the flags of the fixtures, more on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.unleash as unleash
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.unleash.connection import UnleashConnection
from pipelines.sources.unleash.server import Store, serve
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(unleash.__file__).parent / "fixtures"
TOKEN = "user:t0ken"


def connected(site: Loopback, store: Store, **changed: Any) -> UnleashConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "host": store.site,
        "projects": ("default",),
        "token": SecretStr(TOKEN),
    }
    return UnleashConnection(**(whole | changed))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    return collected(home, unleash.SOURCE, connected(site, store), **how)


def flexible(rollout: int | str, **more: Any) -> dict[str, Any]:
    parameters = {"rollout": str(rollout), "stickiness": "default", "groupId": "g"}
    return {"name": "flexibleRollout", "parameters": parameters, "constraints": [], **more}


def busy(store: Store, count: int) -> None:
    """Fill the server with flags that are rolled out, one after the other."""
    store.at = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        store.at += timedelta(minutes=7)
        name = f"flag-{number}"
        store.create(name)
        strategy = store.add(name, "production", **flexible(10))
        store.turn(name, "production", on=True)
        for rollout in (50, 100):
            store.at += timedelta(minutes=1)
            store.update(name, "production", strategy, **flexible(rollout))


@contextmanager
def _play() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES, tokens=[TOKEN])
    busy(store, 30)
    for _ in range(30):
        store.write("project-favorited", None)
    store.quirks.most_per_page = 80

    def forget() -> None:
        """Take the newest rows away, so that all others move up, the next page's first ones out of it."""
        del store.events[-30:]

    with serve(store) as site:
        yield Played(site, lambda home: run(home, site, store), forget)


VENDORS = (Vendor("unleash", "/search/events", "/projects/default/features/", None, _play),)
