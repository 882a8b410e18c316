"""A played Zendesk for tests: more tickets on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.zendesk as zendesk
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback
from pipelines.sources.zendesk.connection import ZendeskConnection
from pipelines.sources.zendesk.server import Store, serve
from pipelines.sources.zendesk.server.store import stamp
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(zendesk.__file__).parent / "fixtures"
SIGNED = ZendeskConnection(url="https://x", email="ann@acme.example", token=SecretStr("t0ken")).authorization
LATER = datetime(2026, 3, 30, 10, tzinfo=UTC)
BRANDS = [{"id": 31, "name": "Acme", "subdomain": "acme"}, {"id": 32, "name": "Other", "subdomain": "other"}]


def connected(site: Loopback, store: Store, **changed: Any) -> ZendeskConnection:
    whole: dict[str, Any] = {"url": site.url, "host": store.site, "email": "ann@acme.example", "token": "t0ken"}
    return ZendeskConnection.model_validate(whole | changed)


def run(home: Settings, site: Loopback, store: Store, **how: Any) -> Collected:
    """Collect once; `hours` and `attempts` are of the run, whatever else of the connection."""
    of_the_run = {name: how.pop(name) for name in ("hours", "attempts") if name in how}
    return collected(home, zendesk.SOURCE, connected(site, store, **how), **of_the_run)


def busy(store: Store, count: int) -> None:
    """Fill the account with tickets that differ from a recorded one by id and time alone; every tenth is merged."""
    example = store.tickets["101"]
    begun = datetime(2026, 2, 10, tzinfo=UTC)
    for number in range(count):
        key, at = str(5_000 + number), begun + timedelta(minutes=7 * number)
        times = {"created_at": stamp(at), "updated_at": stamp(at), "generated_timestamp": int(at.timestamp())}
        rated = {**example["satisfaction_rating"], "id": int(key)}
        named = {"satisfaction_rating": rated, "id": int(key), "url": f"https://{store.site}/api/v2/tickets/{key}.json"}
        store.put({**example, **times, **named})
        if number % 10 == 9:
            store.merge(key, "101", at)


@contextmanager
def _account() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES, tokens=[SIGNED])
    # The one deletion of the table is the one that happens in it.
    del store.tickets["103"]
    busy(store, 60)
    # A page each for the recorded ones, then pages of the others, each begun with the last row of the one before.
    store.quirks.most_per_page, store.quirks.overlaps = 20, True
    with serve(store) as site:
        yield Played(site, lambda home: run(home, site, store), lambda: store.delete("101", LATER))


VENDORS = (Vendor("zendesk", "/incremental/tickets", "/comments", "support.ticket_deleted", _account),)
