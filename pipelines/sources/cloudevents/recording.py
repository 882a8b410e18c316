"""Reads NDJSON line by line, and tables row by row: each is a CloudEvent or a bad one, and a bad one stops nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import MappingError
from pipelines.events.ids import canonical_json
from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.cloudevents.envelope import cloud_event, validated
from pipelines.sources.cloudevents.mapping import events_of
from pipelines.sources.cloudevents.tables import Row, rows_of

Records = Iterator[RawRecord | BadRecord]

STREAM = "events"
_TABLE = ".csv"
_SUFFIXES = (".ndjson", ".jsonl", _TABLE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_recording(path: Path) -> Records:
    """Read a file, or every NDJSON file and table in a folder in the order of their names.

    Raises:
        RecordingError: there is no such file, the folder holds none, or one cannot be read.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _is_recording(file))
        if not files:
            raise RecordingError(f"{path} holds no *.ndjson, *.jsonl or *.csv file; put CloudEvents there, one a line")
    for file in files:
        yield from _table(file) if file.suffix.casefold() == _TABLE else _lines(file)


def _is_recording(file: Path) -> bool:
    # `*.golden.jsonl` is what a recording is expected to map to, not a recording.
    return file.suffix.casefold() in _SUFFIXES and ".golden." not in file.name and file.is_file()


def _lines(file: Path) -> Records:
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
                if content.strip():
                    yield _record(file, number, content.strip())
    except OSError as error:
        raise RecordingError(f"{file} cannot be read ({error.strerror}); name a file of CloudEvents") from error


def _record(file: Path, number: int, line: bytes) -> RawRecord | BadRecord:
    body: Any = None
    try:
        body = _json(line)
        return _told(body)
    except MappingError as error:
        return _bad(file, number, line, body, str(error))


def _told(body: Any) -> RawRecord:
    """Return the record of a CloudEvent that can be mapped.

    Raises:
        MappingError: it cannot.
    """
    event = cloud_event(body)
    for fact in events_of(event):
        validated(EVENT_TYPES[fact.event_type].payload, dict(fact.payload), fact.event_type)
    at = event.occurred_at if event.time is not None else None
    return RawRecord(event.source, STREAM, event.id, body, at)


def _table(file: Path) -> Records:
    seen: dict[tuple[str, str], tuple[int, RawRecord]] = {}
    for row in rows_of(file):
        try:
            found = _records_of(row)
            for one in found:
                before, known = seen.setdefault((one.instance, one.record_key), (row.number, one))
                if known != one:
                    raise MappingError(f"its id stands in row {before} too, which says something else")
            yield from found
        except MappingError as error:
            reason = f"row {row.number}: {error}"
            yield BadRecord("unknown", STREAM, f"{file.name}:{row.number}", reason, row.text)


def _records_of(row: Row) -> list[RawRecord]:
    if row.reason is not None:
        raise MappingError(row.reason)
    return [_told(dict(body)) for body in row.bodies]


def _json(line: bytes) -> Any:
    try:
        body = json.loads(line.decode("utf-8"), parse_constant=_refuse)
        # Half a surrogate pair is no character; checked as it will be kept.
        return json.loads(canonical_json(body)) if b"\\ud" in line.lower() else body
    except UnicodeDecodeError as error:
        raise MappingError(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise MappingError("its JSON is nested too deep") from error
    except ValueError as error:
        raise MappingError(f"it is not JSON: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")


def _bad(file: Path, number: int, line: bytes, body: Any, reason: str) -> BadRecord:
    named = body if isinstance(body, dict) else {}
    instance = named.get("source") if isinstance(named.get("source"), str) else None
    return BadRecord(
        instance=instance or "unknown",
        stream=STREAM,
        record_key=f"{file.name}:{number}",
        reason=f"line {number}: {reason}",
        text=line.decode("utf-8", "replace"),
    )
