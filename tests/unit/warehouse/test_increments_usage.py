"""The feed of product events tells the hours of upload of which segments came or went, and no others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse import increments, increments_usage, results
from warehouse.connection import writer
from warehouse.migrate import migrate
from warehouse.results import Basis
from warehouse.segments import Segment

DAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with writer(tmp_path / "usage.duckdb") as connection:
        migrate(connection)
        yield connection


def listed(log: duckdb.DuckDBPyConnection, *new: Segment, old: tuple[Segment, ...] = ()) -> None:
    """List segments whose files nobody reads here."""
    for one in old:
        log.execute("delete from log.segments where path = ?", [one.path])
    for one in new:
        values = [one.source, one.instance, one.covers_from, one.covers_until, one.path, 1, 1, one.digest, DAY]
        log.execute("insert into log.segments values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def segment(hour: int, digest: str, hours: int = 1) -> Segment:
    begins = DAY + hour * HOUR
    return Segment("amplitude", "1", begins, begins + hours * HOUR, f"{hour}-{hours}-{digest}", 1, 1, digest)


def told(log: duckdb.DuckDBPyConnection, since: int) -> tuple[int, list[int]]:
    """The version that the feed is at now, and the hours that it tells since another."""
    increments.follow(log, "models")
    version = log.execute("select version from increments.tables where name = 'usage_segments'").fetchall()[0][0]
    sql = "select upload_hour from increments.usage_segments where version > ? order by 1"
    hours = [int((at.astimezone(UTC) - DAY) / HOUR) for (at,) in log.execute(sql, [since]).fetchall()]
    return int(version), hours


def test_what_came_what_was_replaced_and_what_was_compacted_is_told_and_nothing_else(log):
    listed(log, segment(1, "a"), segment(2, "b"), segment(30, "c"))
    version, _ = told(log, 0)
    assert told(log, version) == (version, [])
    listed(log, segment(3, "d"))
    assert told(log, version) == (version + 1, [3])
    listed(log, segment(2, "another"), old=(segment(2, "b"),))
    assert told(log, version + 1) == (version + 2, [2])
    listed(log, old=(segment(30, "c"),))
    assert told(log, version + 2) == (version + 3, [30])
    listed(log, segment(0, "day", hours=24), old=(segment(1, "a"), segment(2, "another"), segment(3, "d")))
    assert told(log, version + 3) == (version + 4, list(range(24)))


def test_who_missed_more_than_the_feed_keeps_is_told_so(log):
    version, _ = told(log, 0)
    for hour in range(25):
        listed(log, segment(hour, "a"))
        told(log, 0)
    found = log.execute("select version, feed_from from increments.tables where name = 'usage_segments'").fetchall()
    assert found == [(version + 25, version + 15)]
    assert told(log, version + 15)[1] == list(range(15, 25))


def test_after_a_night_that_was_whole_only_new_segments_are_news(log):
    assert increments_usage_moved(log)
    number = results.begin_transform(log, as_of=DAY, is_partial=False, basis=Basis("models", "log"))
    results.end_transform(log, number, error=None)
    increments.settle(log, number)
    assert not increments_usage_moved(log)
    listed(log, segment(1, "a"))
    assert increments_usage_moved(log)
    # A transform that failed leaves nobody able to tell.
    results.begin_transform(log, as_of=DAY, is_partial=False, basis=Basis("models", "log"))
    assert increments_usage_moved(log)


def increments_usage_moved(log: duckdb.DuckDBPyConnection) -> bool:
    increments.follow(log, "models")
    return increments_usage.is_moved(log)
