"""A vendor that answers whatever a test says, and a client that does not wait."""

from collections.abc import Callable, Iterator

import pytest

from pipelines.sources.answers import Limits
from pipelines.sources.github.limits import GitHubLimits
from pipelines.sources.http import Http
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback, Reply, Request

TOKEN = "ghp_secret0123456789"


class Vendor(Loopback):
    """Answers each request with the next of `replies`, and with `{"ok": true}` when there is none."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        super().__init__(self._next)

    def _next(self, _request: Request) -> Reply:
        return self.replies.pop(0) if self.replies else Reply(json={"ok": True})


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that a client was told to wait, in order; it does not wait them."""
    return []


Client = Callable[..., Http]


@pytest.fixture
def client(vendor: Vendor, pauses: list[float]) -> Iterator[Client]:
    opened: list[Http] = []

    def make(limits: Limits | None = None, *, url: str | None = None, **network: object) -> Http:
        made = Http(
            url or vendor.url,
            headers={"Authorization": f"Bearer {TOKEN}"},
            limits=limits or GitHubLimits(),
            network=Network(**({"timeout_seconds": 0.5, "attempts": 3, "backoff_seconds": 0.01} | network)),
            sleep=pauses.append,
        )
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.close()
