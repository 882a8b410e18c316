"""An export is the log's current events, and imported elsewhere it is the same log again."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipelines.sources
from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError
from pipelines.export import export_events
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.cloudevents import SOURCE
from pipelines.sources.registry import sources
from warehouse.connection import reader

AS_OF = parse_time("2026-03-31T06:00:00Z")
FIXTURES = Path(pipelines.sources.__path__[0])
IDENTITY = "event_id, event_type, source, instance, source_record_id, subject, actor, occurred_at, payload"


def taken(home: Path, *recordings: tuple[str, Path], at: datetime = AS_OF) -> Settings:
    settings = Settings(home=home)
    for source, folder in recordings:
        take_in(settings, Intake(source, folder, "replay", at))
    return settings


def exported(settings: Settings, file: Path) -> bytes:
    with reader(settings.database) as connection:
        count = export_events(connection, file)
    content = file.read_bytes()
    assert count == content.count(b"\n")
    return content


def current(settings: Settings) -> list[tuple[Any, ...]]:
    with reader(settings.database) as connection:
        return connection.execute(f"select {IDENTITY} from log.current_events order by event_id").fetchall()


@pytest.fixture
def filled(tmp_path: Path) -> Settings:
    """A log with every source's own recording in it."""
    return taken(tmp_path / "home", *((name, FIXTURES / name / "fixtures") for name in sources()))


def test_an_export_imported_elsewhere_is_the_same_log(filled: Settings, tmp_path: Path) -> None:
    first = exported(filled, tmp_path / "first.ndjson")
    later = parse_time("2026-05-01T06:00:00Z")
    other = taken(tmp_path / "other", ("cloudevents", tmp_path / "first.ndjson"), at=later)
    assert current(other) == current(filled)
    assert exported(other, tmp_path / "second.ndjson") == first
    assert len(first) > 10_000


def test_importing_an_export_where_it_came_from_changes_nothing(filled: Settings, tmp_path: Path) -> None:
    before = exported(filled, tmp_path / "first.ndjson")
    again = taken(filled.home, ("cloudevents", tmp_path / "first.ndjson"))
    assert exported(again, tmp_path / "second.ndjson") == before


def test_every_line_is_a_cloud_event_in_the_order_of_time(filled: Settings, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exported(filled, tmp_path / "events.ndjson").splitlines()]
    assert [(line["time"], line["id"]) for line in lines] == sorted((line["time"], line["id"]) for line in lines)
    assert {line["specversion"] for line in lines} == {"1.0"}
    created = next(line for line in lines if line["type"] == "dev.storyline.ticket.created.v1")
    assert created["cdeventstype"] == "dev.cdevents.ticket.created"
    assert created["time"].endswith("Z")
    assert created["source"].startswith("urn:storyline:")
    assert "cdeventstype" not in next(line for line in lines if line["type"] == "dev.storyline.ticket.linked.v1")


def test_a_recorded_log_survives_the_round_trip(tmp_path: Path, recorded: Path) -> None:
    real = taken(tmp_path / "home", ("jira", recorded / "jira-sample"), ("github", recorded / "github-ants"))
    first = exported(real, tmp_path / "first.ndjson")
    other = taken(tmp_path / "other", ("cloudevents", tmp_path / "first.ndjson"))
    assert exported(other, tmp_path / "second.ndjson") == first


def test_progress_is_told_as_far_as_it_went(filled: Settings, tmp_path: Path) -> None:
    told: list[int] = []
    with reader(filled.database) as connection:
        count = export_events(connection, tmp_path / "events.ndjson", progress=told.append)
    assert sum(told) == count > 0


def test_an_export_that_fails_leaves_what_was_there(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("before")

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with reader(filled.database) as connection, pytest.raises(KeyboardInterrupt):
        export_events(connection, file, progress=interrupt)
    assert [path.name for path in tmp_path.glob("*events*")] == ["events.ndjson"]
    assert file.read_text() == "before"


def test_an_empty_log_is_an_empty_file(tmp_path: Path) -> None:
    from warehouse.connection import writer
    from warehouse.migrate import migrate

    with writer(tmp_path / "empty.duckdb") as connection:
        migrate(connection)
        assert export_events(connection, tmp_path / "events.ndjson") == 0
    assert (tmp_path / "events.ndjson").read_bytes() == b""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        export_events(duckdb.default_connection(), tmp_path / "none" / "events.ndjson")


def test_an_exported_line_whose_payload_does_not_validate_is_refused(tmp_path: Path) -> None:
    data = {"subject": "ticket:t/1", "source_record_id": "1", "payload": {"key": 7, "comment_id": "9"}}
    body = {"specversion": "1.0", "id": "x", "source": "urn:storyline:jira:t", "time": "2026-01-01T00:00:00Z"}
    with pytest.raises(MappingError, match=r"data\.payload\.key is wrong"):
        list(SOURCE.to_events("t", "events", "x", body | {"type": "dev.storyline.ticket.commented.v1", "data": data}))
