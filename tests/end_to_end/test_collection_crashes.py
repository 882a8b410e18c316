"""A collection may die at any request, again and again: running on ends where one clean run ends."""

import random
import subprocess
import threading
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.jira as jira
from pipelines.sources.github.server import Store as Hub
from pipelines.sources.github.server import serve as serve_hub
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.loopback import Loopback, Request
from tests.conftest import AS_OF, ROOT, command_line, dump_marts, environment
from tests.contracts import played_github, played_jira
from tests.forked import command, ended, kill
from warehouse.connection import reader

KILLS = 50
IN_A_ROW = 5
_HEARD = """
    select source, instance, stream, record_key, body from log.current_records
    where stream not in ('statuses', 'board_configuration') order by all
"""
_EVENTS = "select * exclude (raw_position) from log.current_events order by all"


class Watch:
    """Counts the requests of both vendors, and tells when a certain one has arrived."""

    def __init__(self, *sites: Loopback) -> None:
        self.arrived, self._left = threading.Event(), 0
        self._lock = threading.Lock()
        for site in sites:
            self._hear(site)

    def _hear(self, site: Loopback) -> None:
        routes = site._routes

        def hear(request: Request) -> Any:
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self.arrived.set()
            return routes(request)

        site._routes = hear

    def wait_for(self, request: int) -> None:
        """Begin to count: `arrived` is set with this request from now."""
        with self._lock:
            self._left = request
        self.arrived.clear()


@pytest.fixture
def sites() -> Iterator[tuple[Loopback, Loopback]]:
    hub = Hub(tokens={played_github.TOKEN})
    played_github.busy(hub.record(played_github.FIXTURES), 150)
    store = Store.from_recording(Path(jira.__file__).parent / "fixtures", tokens=[played_jira.SIGNED])
    played_jira.busy(store, 200)
    store.quirks.most_per_page = 20
    with serve_hub(hub) as github, serve(store) as site:
        yield github, site


def _settings(home: Path, sites: tuple[Loopback, Loopback]) -> None:
    hub, site = sites
    home.parent.mkdir(parents=True, exist_ok=True)
    home.parent.joinpath("storyline.toml").write_text(
        f'[sources.github]\nurl = "{hub.url}"\nhost = "github.com"\nrepositories = ["acme/shop"]\n'
        f'[sources.jira]\nurl = "{site.url}"\nhost = "acme-shop.atlassian.net"\nemail = "ann@acme.example"\n'
        'projects = ["SHOP"]\n'
    )


def _ingest(home: Path) -> BaseProcess:
    tokens = {"STORYLINE_GITHUB_TOKEN": played_github.TOKEN, "STORYLINE_JIRA_TOKEN": "t0ken"}
    arguments = ("ingest", "github", "jira", "--as-of", AS_OF)
    return command(*arguments, env=environment(home) | tokens, told=home.parent / "told.txt")


def _whole(home: Path) -> None:
    assert ended(_ingest(home), 240) == 0, (home.parent / "told.txt").read_text()


def _log(home: Path) -> tuple[list[Any], list[Any], Any]:
    with reader(home / "storyline.duckdb") as connection:
        counted = connection.execute("select count(*), count(distinct event_id) from log.events").fetchall()
        return connection.execute(_HEARD).fetchall(), connection.execute(_EVENTS).fetchall(), counted


def _marts(home: Path) -> dict[str, list[tuple]]:
    finished = subprocess.run(
        command_line("transform"), cwd=ROOT, env=environment(home), capture_output=True, check=False
    )
    assert finished.returncode == 0, finished.stdout.decode() + finished.stderr.decode()
    return dump_marts(home / "storyline.duckdb")


@pytest.mark.heavy
@pytest.mark.timeout(1_200)
def test_killed_at_fifty_random_requests_and_run_again_the_log_is_that_of_one_clean_collection(
    sites: tuple[Loopback, Loopback], tmp_path: Path
) -> None:
    clean = tmp_path / "clean" / "home"
    _settings(clean, sites)
    _whole(clean)
    expected, requests = _log(clean), sum(len(site.requests) for site in sites)
    watch, moments, killed, number = Watch(*sites), random.Random(20_261_124), 0, 0
    while killed < KILLS and number < KILLS:
        number += 1
        home = tmp_path / str(number) / "home"
        _settings(home, sites)
        for _ in range(IN_A_ROW):
            # Five in a row share the walk: each dies within the fifth that is its own, or before its end.
            watch.wait_for(moments.randint(1, max(requests // IN_A_ROW, 2)))
            process = _ingest(home)
            while not watch.arrived.wait(0.01) and process.exitcode is None:
                pass
            # As the answer arrives, is mapped, is appended, or the next is asked for.
            time.sleep(moments.uniform(0, 0.15))
            if process.exitcode is not None:
                break
            kill(process)
            killed += 1
        _whole(home)
        assert _log(home) == expected, f"after {killed} kills, home {number} holds another log"
    assert killed >= KILLS, "the kills came too late to prove anything"
    assert _marts(home) == _marts(clean)
