"""A collection is walked step by step over real HTTP: what a step gave and where it stood go into the log together."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.collect import Collected, LogMemory, Trip, collect
from pipelines.settings import Settings
from pipelines.sources.base import RawRecord
from pipelines.sources.github import SOURCE
from pipelines.sources.github.limits import GitHubLimits
from pipelines.sources.http import Http
from pipelines.sources.live import Finding, Memory, Network, Step, Target
from pipelines.sources.loopback import Loopback, Reply, Request
from warehouse.connection import reader
from warehouse.store import open_log

AS_OF = datetime(2026, 3, 31, 6, tzinfo=UTC)
PAGES = 4
REPOSITORIES = ("acme/shop", "acme/tools")


def release(number: int) -> dict[str, Any]:
    at = f"2026-03-{number:02}T10:00:00Z"
    return {"id": number, "tag_name": f"v{number}", "created_at": at, "published_at": at, "author": {"login": "ann"}}


def releases(request: Request) -> Reply:
    """One release a page, for every repository; the page after the last is empty."""
    page = int(request.asked("page") or 1)
    return Reply(json=[release(page)] if page <= PAGES else [])


class Releases:
    """Walks the releases of two repositories page by page and keeps its place."""

    def __init__(self, url: str) -> None:
        self.http = Http(url, headers={}, limits=GitHubLimits(), network=Network(attempts=1, timeout_seconds=2))

    @property
    def requests(self) -> int:
        return self.http.requests

    def targets(self) -> Iterator[Target]:
        self.http.get("/user")
        yield from (Target("github.com", name) for name in REPOSITORIES)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        walk = f"{target.name} releases"
        page = (memory.cursor(walk) or {"page": 0})["page"]
        while rows := self.http.get(f"/repos/{target.name}/releases", {"page": page + 1}).json():
            page += 1
            records = [RawRecord("github.com", "releases", f"{target.name}/{row['id']}", row, AS_OF) for row in rows]
            yield Step(records, {walk: {"page": page}}, (page, PAGES))

    def examine(self) -> Iterator[Finding]:
        yield from ()

    def offered(self) -> list[Target]:
        return []

    def close(self) -> None:
        self.http.close()


@pytest.fixture
def vendor() -> Iterator[Loopback]:
    with Loopback(releases) as server:
        yield server


def run(settings: Settings, vendor: Loopback) -> Collected:
    collector = Releases(vendor.url)
    try:
        return collect(settings, SOURCE, collector, Trip("ingest", AS_OF))
    finally:
        collector.close()


def told(settings: Settings, question: str) -> list[tuple[Any, ...]]:
    with reader(settings.database) as connection:
        return connection.execute(question).fetchall()


def cursors(settings: Settings) -> dict[str, Any]:
    with open_log(settings, command="test", since=AS_OF) as connection:
        memory = LogMemory(connection, "github", "github.com")
        return {name: memory.cursor(f"{name} releases") for name in REPOSITORIES}


def test_every_target_is_walked_to_its_end_and_one_run_tells_of_it(settings, vendor):
    done = run(settings, vendor)
    assert (done.taken.new_records, done.errors, done.requests) == (2 * PAGES, [], len(vendor.requests))
    assert told(settings, "select command, source, status, new_records, error from log.runs") == [
        ("ingest", "github", "ok", 2 * PAGES, None)
    ]
    assert cursors(settings) == {name: {"page": PAGES} for name in REPOSITORIES}


def test_a_second_collection_asks_only_for_what_is_new(settings, vendor):
    run(settings, vendor)
    again = run(settings, vendor)
    assert (again.taken.records_seen, again.requests) == (0, 3)


@pytest.mark.parametrize("kept", range(PAGES))
def test_a_walk_that_was_cut_off_goes_on_where_it_was(settings, vendor, tmp_path, kept):
    vendor.faults.next("drop", match="acme/shop", after=kept)
    first = run(settings, vendor)
    assert [error.split(" (")[0] for error in first.errors] == ["127.0.0.1 broke off its answer"]
    assert cursors(settings) == {"acme/shop": {"page": kept} if kept else None, "acme/tools": {"page": PAGES}}
    second = run(settings, vendor)
    assert (second.errors, second.taken.records_seen) == ([], PAGES - kept)
    clean = Settings(home=tmp_path / "clean")
    run(clean, vendor)
    question = "select event_id, event_type, occurred_at, actor, payload from log.current_events order by all"
    assert told(settings, question) == told(clean, question) != []
    assert told(settings, "select status from log.runs order by run_number") == [("failed",), ("ok",)]


def test_a_token_that_is_refused_ends_the_walk_of_all(settings, vendor):
    vendor.faults.next("status", status=401, match="releases", after=2)
    done = run(settings, vendor)
    assert (done.taken.new_records, vendor.count("acme/tools")) == (2, 0)
    assert "it is wrong, expired or revoked" in done.errors[0]


def test_a_repository_that_is_gone_keeps_no_other_from_being_read(settings, vendor):
    vendor.faults.next("status", status=404, match="acme/shop")
    done = run(settings, vendor)
    assert (done.taken.new_records, vendor.count("acme/tools")) == (PAGES, PAGES + 1)
    assert "has no /repos/acme/shop/releases" in done.errors[0]


def test_a_row_that_no_code_expected_is_told_and_nothing_is_lost(settings, vendor):
    vendor.faults.next("status", status=200, match="acme/shop", body=b'[{"no": "id"}]')
    done = run(settings, vendor)
    assert done.errors == ["acme/shop could not be read: KeyError: 'id'"]
    assert run(settings, vendor).taken.new_records == PAGES


def test_a_vendor_that_is_down_leaves_a_failed_run_with_its_reason(settings, vendor):
    vendor.faults.next("drop", count=99)
    done = run(settings, vendor)
    assert done.taken.new_records == 0
    assert told(settings, "select status, error from log.runs") == [("failed", done.errors[0])]


def test_people_are_keys_in_the_log_and_known_in_the_table_apart(settings, vendor):
    run(settings, vendor)
    assert told(settings, "select count(*) from log.raw_records where contains(body, 'ann')") == [(0,)]
    with reader(settings.people_database) as connection:
        assert connection.execute("select identity from people").fetchall() == [("ann",)]


def test_what_the_log_knows_can_be_asked_for(settings, vendor):
    run(settings, vendor)
    with open_log(settings, command="test", since=AS_OF) as connection:
        memory = LogMemory(connection, "github", "github.com")
        assert memory.keys("releases", "acme/shop/") == {f"acme/shop/{number}" for number in range(1, PAGES + 1)}
        assert memory.bodies("releases", ["acme/shop/2", "acme/shop/99"])["acme/shop/2"]["tag_name"] == "v2"
