"""A played Jira for tests: more tickets on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.jira as jira
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.loopback import Loopback
from tests.contracts import collecting
from tests.contracts.collecting import Played, Vendor, collected
from warehouse.connection import reader

FIXTURES = Path(jira.__file__).parent / "fixtures"
SIGNED = JiraConnection(url="https://x", email="ann@acme.example", token=SecretStr("t0ken")).authorization
BEARER = "Bearer t0ken"
LATER = datetime(2026, 3, 30, 10, tzinfo=UTC)


def projects(store: Store) -> tuple[str, ...]:
    return tuple(sorted({issue["fields"]["project"]["key"] for issue in store.issues.values()}))


def connected(site: Loopback, store: Store, **changed: Any) -> JiraConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "host": store.site,
        "email": "ann@acme.example" if store.deployment == "cloud" else None,
        "deployment": store.deployment,
        "projects": projects(store) or ("SHOP",),
        "token": SecretStr("t0ken"),
    }
    return JiraConnection(**(whole | changed))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    return collected(home, jira.SOURCE, connected(site, store), **how)


def events(home: Settings) -> list[tuple[Any, ...]]:
    return [event for event in collecting.events(home) if event[1] != "ticket.deleted"]


def deleted(home: Settings) -> list[str]:
    with reader(home.database) as connection:
        found = connection.execute(
            "select payload ->> 'key' from log.current_events where event_type = 'ticket.deleted' order by 1"
        )
        return [row[0] for row in found.fetchall()]


def busy(store: Store, count: int) -> None:
    """Fill the site with tickets that differ from a recorded one by id, key and time alone."""
    project = projects(store)[-1]
    issue_id, issue = next(
        (key, one)
        for key, one in store.issues.items()
        if one["fields"]["project"]["key"] == project and not store.remotelinks.get(one["key"])
    )
    log = store.histories[issue_id][:2]
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(count):
        at = (begun + timedelta(minutes=7 * number)).isoformat()
        fields = {**issue["fields"], "updated": at, "issuelinks": [], "subtasks": []}
        row = {**issue, "id": str(500_000 + number), "key": f"{project}-{5_000 + number}", "fields": fields}
        store.put(row, [{**one, "id": f"{number}{one['id']}"} for one in log])


@contextmanager
def _cloud() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES, tokens=[SIGNED])
    with _busy(store) as played:
        yield played


@contextmanager
def _data_center() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES / "data-center", tokens=[BEARER], deployment="data_center")
    # So that the histories are asked for ticket by ticket.
    store.quirks.cuts_histories_at = 1
    with _busy(store) as played:
        yield played


@contextmanager
def _busy(store: Store) -> Iterator[Played]:
    busy(store, 60)
    store.quirks.most_per_page = 20
    oldest = min(store.issues.values(), key=lambda issue: str(issue["fields"]["updated"]))["key"]
    with serve(store) as site:
        yield Played(site, lambda home: run(home, site, store), lambda: store.delete(oldest))


VENDORS = (
    Vendor("jira", "/search/jql", "/changelog/bulkfetch", "ticket.deleted", _cloud),
    Vendor("jira data center", "/api/2/search", "/api/2/issue/", "ticket.deleted", _data_center),
)
