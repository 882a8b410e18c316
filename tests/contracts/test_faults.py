"""Whatever goes wrong on the way, the log ends equal to that of a clean collection: at once, or by the next run, and
until then the source says why it is not whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.faults import Faults
from pipelines.sources.github import server as github_server
from pipelines.sources.jira import server as jira_server
from pipelines.sources.loopback import Loopback
from tests.contracts import played_github, played_jira
from tests.contracts.collecting import events
from warehouse.connection import reader

LIST, DETAILS = {"github": "/issues", "jira": "/search/jql"}, {"github": "/graphql", "jira": "/changelog/bulkfetch"}
LIMIT = b'{"message": "You have exceeded a secondary rate limit."}'
WHOLE = None


@dataclass(frozen=True)
class Played:
    name: str
    site: Loopback
    collect: Callable[[Settings], Collected]


@contextmanager
def _played(name: str) -> Iterator[Played]:
    if name == "github":
        hub = github_server.Store(tokens={played_github.TOKEN})
        played_github.busy(hub.record(played_github.FIXTURES), 120)
        with github_server.serve(hub) as site:
            yield Played(name, site, lambda home: played_github.run(home, site, hub))
        return
    store = jira_server.Store.from_recording(played_jira.FIXTURES, tokens=[played_jira.SIGNED])
    played_jira.busy(store, 60)
    store.quirks.most_per_page = 20
    with jira_server.serve(store) as site:
        yield Played(name, site, lambda home: played_jira.run(home, site, store))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for name in ("github", "jira"):
        home = Settings(home=tmp_path_factory.mktemp("clean") / name)
        with _played(name) as played:
            assert played.collect(home).errors == []
        found[name] = events(home)
        assert len(found[name]) > 200
    return found


# What goes wrong, at which request; and what the run then says of itself.
FAULTS: dict[str, tuple[Callable[[Faults, str], None], str | None]] = {
    "429 that names a second": (
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "1"}), WHOLE,
    ),
    "429 that names an hour": (
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "7200"}), "asks to wait",
    ),
    "429 that names nothing, without end": (
        lambda faults, at: faults.next("status", 99, status=429, match=at, body=LIMIT), "asks to wait",
    ),
    "503 once": (lambda faults, at: faults.next("status", status=503, match=at), WHOLE),
    "500 in the middle of the list": (lambda faults, at: faults.next("status", status=500, match=at, after=1), WHOLE),
    "502 without end": (lambda faults, at: faults.next("status", 99, status=502, match=at), "answers 502"),
    "a dropped connection": (lambda faults, at: faults.next("drop", match=at), WHOLE),
    "connections dropped without end": (lambda faults, at: faults.next("drop", 99, match=at), "try later"),
    "a body that is cut off": (lambda faults, at: faults.next("truncate", match=at), WHOLE),
    "bodies cut off without end": (lambda faults, at: faults.next("truncate", 99, match=at), "broke off its answer"),
    "a slow body": (lambda faults, at: faults.next("slow", match=at, pause_seconds=0.000_01), WHOLE),
    "a web page": (lambda faults, at: faults.next("garbage", match=at), "a web page where JSON was due"),
    "a web page later on": (lambda faults, at: faults.next("garbage", match=at, after=1), "a web page where JSON"),
    "sent on to another host": (
        lambda faults, at: faults.next("redirect", status=302, match=at, headers={"Location": "http://127.0.0.2/"}),
        "sends on to 127.0.0.2",
    ),
    "a token revoked in the middle": (
        lambda faults, at: faults.next("status", status=401, match=at, after=1), "expired or revoked",
    ),
    "a right taken away": (
        lambda faults, at: faults.next("status", status=403, match=at), "lacks the right to read it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", ["list", "details"])
@pytest.mark.parametrize("name", ["github", "jira"])
@pytest.mark.parametrize("fault", FAULTS)
def test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals(
    fault: str, name: str, where: str, clean: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    home = Settings(home=tmp_path / "home")
    arrange, said = FAULTS[fault]
    with _played(name) as played:
        arrange(played.site.faults, (LIST if where == "list" else DETAILS)[name])
        first = played.collect(home)
        if said is WHOLE:
            assert first.errors == []
        else:
            assert said in "; ".join(first.errors)
            with reader(home.database) as connection:
                assert connection.execute("select status, error from log.runs").fetchall() == [
                    ("failed", "; ".join(first.errors))
                ]
            played.site.faults.clear()
            assert played.collect(home).errors == []
    assert events(home) == clean[name]


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("name", ["github", "jira"])
def test_a_vendor_whose_clock_is_wrong_is_read_all_the_same(name, hours, clean, tmp_path):
    home = Settings(home=tmp_path / "home")
    with _played(name) as played:
        played.site.clock_offset = timedelta(hours=hours)
        assert played.collect(home).errors == []
        assert played.collect(home).errors == []
    assert events(home) == clean[name]
