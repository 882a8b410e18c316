"""A played Sentry for tests: sessions and issues on demand, and one collection of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.sentry as sentry
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.sentry.connection import SentryConnection
from pipelines.sources.sentry.server import Store, serve
from tests.contracts.collecting import AS_OF, Played, Vendor, collected

FIXTURES = Path(sentry.__file__).parent / "fixtures"
TOKEN = "sntrys_t0ken"
TODAY = AS_OF.replace(hour=0)


def connected(site: Loopback, **changed: Any) -> SentryConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "host": "sentry.io",
        "organization": "acme",
        "projects": ("shop", "search"),
        "token": SecretStr(TOKEN),
    }
    return SentryConnection(**(whole | changed))


def run(home: Settings, site: Loopback, *, hours: int = 0, attempts: int = 3, **changed: Any) -> Collected:
    return collected(home, sentry.SOURCE, connected(site, **changed), hours=hours, attempts=attempts)


def recorded() -> Store:
    store = Store("acme", tokens={TOKEN})
    store.record(FIXTURES)
    return store


def issue(store: Store, name: str, **changed: Any) -> dict[str, Any]:
    """Add an issue that differs from a recorded one by its id and what is said here."""
    at = stamp(TODAY - timedelta(days=20))
    first = {"id": "0", "type": "first_seen", "user": None, "dateCreated": at, "data": {}}
    told = {"id": name, "shortId": f"SHOP-{name}", "status": "unresolved", "firstSeen": at, "lastSeen": at}
    row = store.issues["101"] | told | {"activity": [first], "firstRelease": None} | changed
    store.issues[name] = row
    return row


def busy(store: Store, days: int, *, every: timedelta = timedelta(hours=6)) -> None:
    """Let two releases of the shop have sessions over so many days, up to the last midnight."""
    begin = TODAY - timedelta(days=days)
    for release in ("shop@1", "shop@2"):
        hours = [begin + every * number for number in range(round(timedelta(days=days) / every))]
        values = {at: (number % 9 + 1, (number % 5) / 5) for number, at in enumerate(hours)}
        store.sessions[store.projects["shop"], release, "production"] = values


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _play() -> Iterator[Played]:
    store = recorded()
    busy(store, 60)
    gone = (store.projects["shop"], "shop@0", "production")
    store.sessions[gone] = {TODAY - timedelta(days=89): (3, 1.0)}
    store.most_per_page = 2
    for number in range(3):
        issue(store, f"20{number}")
    with serve(store) as site:
        # A release that only the first answer tells.
        yield Played(site, lambda home: run(home, site), lambda: store.sessions.pop(gone))


VENDORS = (Vendor("sentry", "/sessions/", "/issues/", None, _play),)
