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
from pipelines.sources.loopback import Loopback, Reply, Request
from tests.contracts import collecting, played_github, played_jira
from tests.contracts.collecting import events
from warehouse.connection import reader

VENDORS = ("github", "jira", "jira data center")
LIST = {"github": "/issues", "jira": "/search/jql", "jira data center": "/api/2/search"}
DETAILS = {"github": "/graphql", "jira": "/changelog/bulkfetch", "jira data center": "/api/2/issue/"}
LIMIT = b'{"message": "You have exceeded a secondary rate limit."}'
WHOLE = None


@dataclass(frozen=True)
class Played:
    name: str
    site: Loopback
    collect: Callable[[Settings], Collected]
    take_one: Callable[[], None]


@contextmanager
def _played(name: str) -> Iterator[Played]:
    if name == "github":
        hub = github_server.Store(tokens={played_github.TOKEN})
        played_github.busy(hub.record(played_github.FIXTURES), 120)
        with github_server.serve(hub) as site:
            (shop,) = hub.repositories.values()
            yield Played(name, site, lambda home: played_github.run(home, site, hub), lambda: _drop(shop.pulls))
        return
    if name == "jira":
        store = jira_server.Store.from_recording(played_jira.FIXTURES, tokens=[played_jira.SIGNED])
    else:
        folder, token = played_jira.FIXTURES / "data-center", played_jira.BEARER
        store = jira_server.Store.from_recording(folder, tokens=[token], deployment="data_center")
        # So that the histories are asked for ticket by ticket.
        store.quirks.cuts_histories_at = 1
    played_jira.busy(store, 60)
    store.quirks.most_per_page = 20
    with jira_server.serve(store) as site:
        oldest = min(store.issues.values(), key=lambda issue: str(issue["fields"]["updated"]))["key"]
        yield Played(name, site, lambda home: played_jira.run(home, site, store), lambda: store.delete(oldest))


def _drop(pulls: dict[int, Any]) -> None:
    """Take the pull request away that changed the longest time ago: it was read with the first page."""
    del pulls[min(pulls, key=lambda number: str(pulls[number]["updated_at"]))]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for name in VENDORS:
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
@pytest.mark.parametrize("name", VENDORS)
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


@pytest.mark.parametrize("name", VENDORS)
def test_what_is_taken_away_between_two_pages_takes_nothing_else_with_it(name, clean, tmp_path):
    home = Settings(home=tmp_path / "home")
    with _played(name) as played:
        routes, lists = played.site._routes, []

        def taking(request: Request) -> Reply:
            lists.append(LIST[name] in request.path)
            if lists.count(True) == 2 and lists[-1]:
                played.take_one()
            return routes(request)

        played.site._routes = taking
        first = played.collect(home)
    assert first.errors == []
    # What was read before it went is known: the census tells a ticket's end, and GitHub tells none.
    left = [row for row in collecting.events(home) if row[1] != "ticket.deleted"]
    assert left == clean[name]
    gone = [row for row in collecting.events(home) if row[1] == "ticket.deleted"]
    assert len(gone) == (0 if name == "github" else 1)


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_whose_clock_is_wrong_is_read_all_the_same(name, hours, clean, tmp_path):
    home = Settings(home=tmp_path / "home")
    with _played(name) as played:
        played.site.clock_offset = timedelta(hours=hours)
        assert played.collect(home).errors == []
        assert played.collect(home).errors == []
    assert events(home) == clean[name]
