"""What every source promises, tested on every source that the registry finds: a new folder needs no new test.

A source's folder holds `fixtures/`: a small recording of its own, and `events.golden.jsonl`, which is what that
recording maps to. After a wanted change of a mapping, write it anew, and read the difference before committing it:

    .venv/bin/python tests/contracts/test_source.py [SOURCE ...]
"""

import json
import random
import re
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

import pipelines.sources
from pipelines import clock
from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import Event, MappingError
from pipelines.events.ids import canonical_json
from pipelines.ingest import Intake, take_in
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import BadRecord, RawRecord, RecordingError, Source
from pipelines.sources.registry import sources
from warehouse.connection import reader
from warehouse.people import KeyedPseudonyms

EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
# Tools sign with these; they name nobody. `git@host` is where a repository lies.
NOBODY = re.compile(r"(?:noreply|cursoragent|git)@.+", re.IGNORECASE)
# The golden events must not depend on anybody's settings.
PEOPLE_KEY, BOTS = "golden", ("golangcibot",)
AS_OF = clock.parse_time("2026-03-31T06:00:00Z")
# What tells no time of its own comes last.
LATEST = datetime.max.replace(tzinfo=UTC)

every_source = pytest.mark.parametrize("source", sources().values(), ids=lambda source: source.name)


def fixtures_of(source: Source) -> Path:
    folder = type(source).__module__.removeprefix("pipelines.sources.").split(".")[0]
    return Path(pipelines.sources.__path__[0]) / folder / "fixtures"


def walk(source: Source) -> list[RawRecord | BadRecord]:
    return list(source.read_recording(fixtures_of(source)))


def records_of(source: Source) -> list[RawRecord]:
    people = KeyedPseudonyms(PEOPLE_KEY, BOTS)
    return [source.pseudonymise(found, people) for found in walk(source) if isinstance(found, RawRecord)]


def events_of(source: Source, record: RawRecord) -> list[Event]:
    return list(source.to_events(record.instance, record.stream, record.record_key, record.body))


def all_events(source: Source) -> Iterator[tuple[RawRecord, Event]]:
    for record in records_of(source):
        for event in events_of(source, record):
            yield record, event


def golden_lines(source: Source) -> str:
    lines = []
    for record, event in all_events(source):
        fact = {name: getattr(event, name) for name in Event.__dataclass_fields__}
        fact |= {
            "occurred_at": event.occurred_at.isoformat() if event.occurred_at else None,
            "payload": dict(event.payload),
        }
        line = canonical_json({"stream": record.stream, "record_key": record.record_key, **fact})
        lines.append((event.occurred_at or LATEST, event.event_type, line))
    return "".join(f"{line}\n" for _, _, line in sorted(lines))


@pytest.fixture(autouse=True)
def _no_network_and_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a source must be fed, and must not go out or ask the time")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(clock, "now", refuse)


@every_source
def test_the_recording_maps_to_the_golden_events(source: Source) -> None:
    golden = (fixtures_of(source) / "events.golden.jsonl").read_text(encoding="utf-8")
    assert golden_lines(source) == golden
    assert golden


@every_source
def test_events_are_of_declared_types_and_their_payloads_validate(source: Source) -> None:
    assert source.emits <= EVENT_TYPES.keys()
    projection = CatalogProjection(source)
    for record in records_of(source):
        for projected in projection.project(record.instance, record.stream, record.record_key, record.body):
            assert projected.event.source == source.name
            assert projected.event.event_type in source.emits


@every_source
def test_records_are_of_declared_streams_and_each_thing_is_told_once(source: Source) -> None:
    kinds = {stream.name: stream.kind for stream in source.streams}
    assert len(kinds) == len(source.streams)
    entities = [
        (record.instance, record.stream, record.record_key)
        for record in records_of(source)
        if kinds[record.stream] == "entity"
    ]
    assert len(set(entities)) == len(entities)


@every_source
def test_times_are_aware_and_utc(source: Source) -> None:
    for record, event in all_events(source):
        assert event.occurred_at is None or event.occurred_at.utcoffset() == timedelta(0), event
        assert record.vendor_version_at is None or record.vendor_version_at.utcoffset() == timedelta(0), record


@every_source
def test_ids_depend_neither_on_the_run_nor_on_the_order(source: Source) -> None:
    records = records_of(source)
    once = {(index, event.event_id) for index, record in enumerate(records) for event in events_of(source, record)}
    shuffled = list(enumerate(records_of(source)))
    random.Random(7).shuffle(shuffled)
    again = {(index, event.event_id) for index, record in shuffled for event in events_of(source, record)}
    assert again == once
    assert all(re.fullmatch(r"[0-9a-f]{32}", event_id) for _, event_id in once)


@every_source
def test_one_record_tells_a_fact_once(source: Source) -> None:
    for record in records_of(source):
        ids = [event.event_id for event in events_of(source, record)]
        assert len(set(ids)) == len(ids), record.record_key


@every_source
def test_what_is_no_record_is_refused_with_a_reason(source: Source) -> None:
    for stream in source.streams:
        for body in (None, 42, "words", [7], {"id": None, "created_at": "yesterday"}):
            with pytest.raises(MappingError) as refused:
                list(source.to_events("example.com", stream.name, "acme/shop#1", body))
            assert str(refused.value), stream.name


@every_source
def test_a_record_that_lost_any_of_its_fields_is_mapped_or_refused_but_never_breaks_the_walk(source: Source) -> None:
    projection, reasons = CatalogProjection(source), []
    for record in records_of(source):
        if not isinstance(record.body, dict):
            continue
        for field in record.body:
            for body in ({**record.body, field: None}, {**record.body, field: ["no", 1]}):
                try:
                    projection.project(record.instance, record.stream, record.record_key, body)
                except MappingError as error:
                    reasons.append(str(error))
    assert all(reasons)


@every_source
def test_people_are_gone_before_a_record_is_kept_and_stay_gone(source: Source) -> None:
    people = KeyedPseudonyms(PEOPLE_KEY, BOTS)
    for record in records_of(source):
        kept = json.dumps(record.body, ensure_ascii=False)
        assert [found for found in EMAIL.findall(kept) if not NOBODY.fullmatch(found)] == []
        assert source.pseudonymise(record, people) == record


@every_source
def test_a_folder_without_a_recording_is_refused_in_one_sentence(source: Source, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=re.escape(str(tmp_path))) as refused:
        list(source.read_recording(tmp_path))
    assert "\n" not in str(refused.value)


@every_source
def test_a_second_replay_appends_nothing(source: Source, settings: Settings) -> None:
    intake = Intake(source.name, fixtures_of(source), "replay", AS_OF)
    first = take_in(settings, intake)
    kept = log_of(settings)
    take_in(settings, Intake(source.name, fixtures_of(source), "replay", AS_OF + timedelta(days=1)))
    assert first.new_records == len(kept["raw_records"]) > 0
    assert log_of(settings) == kept


def log_of(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with reader(settings.database) as connection:
        tables = ("raw_records", "events", "quarantine")
        return {table: connection.execute(f"select * from log.{table} order by all").fetchall() for table in tables}


if __name__ == "__main__":
    for wanted in sys.argv[1:] or list(sources()):
        found = sources()[wanted]
        (fixtures_of(found) / "events.golden.jsonl").write_text(golden_lines(found), encoding="utf-8")
