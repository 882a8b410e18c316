"""A played GitHub for tests: a repository of the fixtures, more of it on demand, and one collection of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.github as github
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.server import Repository, Store, serve
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import Played, Vendor, collected

FIXTURES = Path(github.__file__).parent / "fixtures"
TOKEN = "ghp_t0ken"


def connected(site: Loopback, store: Store, **changed: Any) -> GitHubConnection:
    whole: dict[str, Any] = {
        "url": site.url,
        "host": "github.com",
        "repositories": tuple(store.repositories),
        "job_days": 100_000,
        "token": SecretStr(TOKEN),
    }
    return GitHubConnection(**(whole | changed))


def run(home: Settings, site: Loopback, store: Store, **how: int) -> Collected:
    return collected(home, github.SOURCE, connected(site, store), **how)


def busy(shop: Repository, count: int) -> None:
    """Fill the repository with pull requests that differ from a recorded one by number, id and time alone."""
    row = next(row for number, row in shop.pulls.items() if shop.reviews_of.get(number))
    number = row["number"]
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    for new in range(1_000, 1_000 + count):
        at = (begun + timedelta(minutes=7 * new)).strftime("%Y-%m-%dT%H:%M:%SZ")
        page = f"https://github.com/acme/shop/pull/{new}"
        shop.pulls[new] = row | {"number": new, "id": 90_000 + new, "updated_at": at, "html_url": page, "node_id": None}
        shop.commits_of[new] = [{**one, "sha": f"{new:08}{one['sha'][8:]}"} for one in shop.commits_of.get(number, [])]
        shop.reviews_of[new] = [
            {**one, "id": one["id"] * 10_000 + new, "node_id": None} for one in shop.reviews_of[number]
        ]


@contextmanager
def _play() -> Iterator[Played]:
    hub = Store(tokens={TOKEN})
    busy(hub.record(FIXTURES), 120)
    (shop,) = hub.repositories.values()

    def drop() -> None:
        """Take the pull request away that changed the longest time ago: it was read with the first page."""
        del shop.pulls[min(shop.pulls, key=lambda number: str(shop.pulls[number]["updated_at"]))]

    with serve(hub) as site:
        yield Played(site, lambda home: run(home, site, hub), drop)


VENDORS = (Vendor("github", "/issues", "/graphql", None, _play),)
