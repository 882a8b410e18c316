"""A played Jira for tests: more tickets on demand, and one collection of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.jira as jira
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.server import Store
from pipelines.sources.loopback import Loopback
from tests.contracts import collecting
from tests.contracts.collecting import collected

FIXTURES = Path(jira.__file__).parent / "fixtures"
SIGNED = JiraConnection(url="https://x", email="ann@acme.example", token=SecretStr("t0ken")).authorization
# What the collector reads of a ticket itself is no list apart; definitions of boards are read only where a board tells
# its project.
APART = ("board.configured",)


def projects(store: Store) -> tuple[str, ...]:
    return tuple(sorted({issue["fields"]["project"]["key"] for issue in store.issues.values()}))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    connection = JiraConnection(
        url=site.url, email="ann@acme.example", projects=projects(store) or ("SHOP",), token=SecretStr("t0ken")
    )
    return collected(home, jira.SOURCE, connection, **how)


def events(home: Settings) -> list[tuple[Any, ...]]:
    return [event for event in collecting.events(home) if event[1] not in (*APART, "ticket.deleted")]


def busy(store: Store, count: int) -> None:
    """Fill the site with tickets that differ from a recorded one by id, key and time alone."""
    issue_id, issue = next((key, one) for key, one in store.issues.items() if not store.remotelinks.get(one["key"]))
    log = store.histories[issue_id][:2]
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(count):
        at = (begun + timedelta(minutes=7 * number)).isoformat()
        fields = {**issue["fields"], "updated": at, "issuelinks": [], "subtasks": []}
        row = {**issue, "id": str(500_000 + number), "key": f"SHOP-{5_000 + number}", "fields": fields}
        store.put(row, [{**one, "id": f"{number}{one['id']}"} for one in log])
