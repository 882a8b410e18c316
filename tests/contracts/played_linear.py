"""A played Linear for tests: more issues on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.linear as linear
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.linear.connection import LinearConnection
from pipelines.sources.linear.server import Store, serve
from pipelines.sources.linear.server.nodes import id_of, stamp
from pipelines.sources.loopback import Loopback
from tests.contracts import collecting
from tests.contracts.collecting import Played, Vendor, collected
from warehouse.connection import reader

FIXTURES = Path(linear.__file__).parent / "fixtures"
TOKEN = "lin_api_t0ken"
LATER = datetime(2026, 3, 30, 10, tzinfo=UTC)


def connected(site: Loopback, store: Store, **changed: Any) -> LinearConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "workspace": store.workspace,
        "teams": tuple(sorted(store.teams)),
        "token": SecretStr(TOKEN),
    }
    return LinearConnection(**(whole | changed))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    return collected(home, linear.SOURCE, connected(site, store), **how)


def events(home: Settings) -> list[tuple[Any, ...]]:
    """Every current event but deletions, which a fixture tells of issues that no server has."""
    return [event for event in collecting.events(home) if event[1] != "ticket.deleted"]


def deleted(home: Settings) -> list[str]:
    """The identifiers of deleted issues, but for the one that the fixtures keep in the trash."""
    with reader(home.database) as connection:
        found = connection.execute(
            "select payload ->> 'key' from log.current_events where event_type = 'ticket.deleted' order by 1"
        )
        return [row[0] for row in found.fetchall() if row[0] != "ENG-6"]


def asked(site: Loopback, before: int = 0) -> list[str]:
    """The names of the queries that arrived."""
    return [request.place.partition("#")[2] for request in site.requests[before:]]


def busy(store: Store, count: int) -> None:
    """Fill the team with issues that differ from a recorded one by id, number and time alone."""
    model = next(issue for issue in store.issues.values() if issue["identifier"] == "ENG-2")
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(5_000, 5_000 + count):
        issue = deepcopy(model)
        key, at = f"ENG-{number}", stamp(begun + timedelta(minutes=7 * number))
        issue |= {"id": id_of("issue", key), "identifier": key, "number": number, "updatedAt": at}
        issue["url"] = f"https://linear.app/{store.workspace}/issue/{key}"
        for row in issue["history"]["nodes"]:
            row["id"] = id_of(row["id"], number)
        store.put(issue)


@contextmanager
def _play() -> Iterator[Played]:
    store = Store.from_recording(FIXTURES, tokens=[TOKEN])
    # What is in the trash is told as deleted from the start.
    store.delete("ENG-6")
    busy(store, 60)
    store.quirks.most_per_page = 20
    # So that histories are read on issue by issue.
    store.quirks.per_list = 5
    # The newest comes first, so it was read when the second page is asked for.
    newest = max(store.issues.values(), key=lambda issue: str(issue["updatedAt"]))["identifier"]
    with serve(store) as site:
        yield Played(site, lambda home: run(home, site, store), lambda: store.delete(newest))


VENDORS = (Vendor("linear", "#ChangedIssues", "#MoreOfAnIssue", "ticket.deleted", _play),)
