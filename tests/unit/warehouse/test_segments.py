"""The list of segments rules: what it does not name goes, and nothing that has no name of ours."""

from pathlib import Path

import pytest

from pipelines.clock import parse_time
from pipelines.settings import Settings
from pipelines.sources.amplitude.server import serve
from tests.contracts.played_amplitude import FIRST, event, project, run, segments, usage
from warehouse.segments import sweep
from warehouse.store import open_log

AS_OF = parse_time("2026-03-31T06:00:00Z")


@pytest.fixture
def held(settings: Settings) -> Settings:
    store = project()
    store.put(FIRST, [event(1, FIRST)])
    with serve(store) as site:
        run(settings, site)
    return settings


def swept(home: Settings) -> list[str]:
    with open_log(home, command="test", since=AS_OF) as connection:
        return [file.name for file in sweep(connection, home.segments)]


def test_what_a_killed_process_left_is_swept_and_what_is_listed_or_somebody_elses_stays(held):
    (listed,) = held.segments.rglob("*.parquet")
    assert swept(held) == []
    orphan = listed.with_name("2026-03-17T04-0123456789abcdef.parquet")
    theirs = [listed.with_name("notes.parquet"), held.segments / "README.md"]
    half = held.segments / ".incoming" / "group-0" / "piece-0.parquet"
    half.parent.mkdir(parents=True)
    for file in (orphan, half, *theirs):
        file.write_bytes(b"PAR1")
    assert sorted(swept(held)) == [orphan.name, half.name]
    assert all(file.exists() for file in (listed, *theirs))


def test_segments_that_were_moved_are_found_at_their_new_place(held, tmp_path: Path):
    before = usage(held)
    moved = held.home.rename(tmp_path / "elsewhere")
    there = Settings(home=moved)
    with open_log(there, command="test", since=AS_OF):
        pass
    assert usage(there) == before != []
    assert len(segments(there)) == 1


def test_a_log_without_segments_has_the_columns_and_no_row(settings):
    with open_log(settings, command="test", since=AS_OF) as connection:
        told = connection.execute("select * from log.usage_events")
        assert [column[0] for column in told.description][:4] == ["source", "instance", "upload_hour", "insert_id"]
        assert told.fetchall() == []
