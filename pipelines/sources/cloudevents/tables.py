"""Reads a table that people keep by hand (CSV) as CloudEvents, a row for each thing, so that all after it is the same.

It may come from any spreadsheet: with a byte order mark or in UTF-16, with commas, semicolons or tabs, with a line
`sep=;` before the header, with dates as the spreadsheet writes them.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.events.envelope import MappingError
from pipelines.events.ids import canonical_json
from pipelines.sources.base import RecordingError
from pipelines.sources.cloudevents.cells import flag, keys, moment, number

# Columns of every kind, then those of each kind; `person` is who said it, or who read a ticket.
_EVERY = ("kind", "id", "at", "source", "url")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "interview": ("title", "text", "story_keys", "person"),
    "insight": ("title", "text", "story_keys", "person", "interview_id"),
    "feedback": ("title", "text", "story_keys", "person", "organization", "channel", "score"),
    "incident": ("title", "service", "environment", "severity", "deployment_id", "sha", "resolved_at"),
    "label": ("ticket_id", "topic", "is_about", "person"),
}
_KNOWN = dict.fromkeys((*_EVERY, *(name for names in _COLUMNS.values() for name in names)))
_DELIMITERS = (",", ";", "\t")
_LARGEST_CELL = 64 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SOURCE = "csv"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        number: as the spreadsheet counts: the header is 1.
        bodies: the CloudEvents that it tells, one or two; none where there is a reason.
        reason: why it cannot be read, None where it can.
        text: the row as JSON by column, empty where its cells do not lie under their columns.
    """

    number: int
    bodies: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    reason: str | None = None
    text: str = ""


def rows_of(file: Path) -> Iterator[Row]:
    """Yield every row that is not empty.

    Raises:
        RecordingError: the file cannot be read, or its header is none.
    """
    csv.field_size_limit(_LARGEST_CELL)
    lines = _text(file).splitlines(keepends=True)
    told = lines[0].strip().casefold() if lines else ""
    skipped = 1 if told.startswith("sep=") else 0
    delimiter = told[4:5] or "\t" if skipped else _delimiter(lines[0] if lines else "")
    reader = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter, strict=True)
    columns = _header(file, reader)
    number = 1 + skipped
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(number, reason=f"its quotation marks do not pair ({error}); rows after it may be lost in it")
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _row(number, columns, cells)


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file} cannot be read ({error.strerror}); name a table of CSV") from error
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    # A wrong byte is kept as a lone surrogate, which shows later in which row it stands.
    return content.decode(encoding, "surrogateescape" if encoding != "utf-16" else "replace")


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _header(file: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        told = next(reader, [])
    except csv.Error as error:
        raise RecordingError(f"{file} has no header that can be read ({error})") from error
    columns = ["_".join(cell.strip().casefold().replace("-", " ").split()) for cell in told]
    unknown = [cell.strip() for cell, name in zip(told, columns, strict=True) if name not in _KNOWN]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if "kind" not in columns or "at" not in columns:
        raise RecordingError(f"{file} has no header with the columns kind and at; docs/recordings.md shows one")
    if unknown or twice:
        what = f"a column {unknown[0]!r} that means nothing" if unknown else f"the column {twice[0]} twice"
        raise RecordingError(f"{file} has {what} here; take it out; columns are {', '.join(_KNOWN)}")
    return columns


def _row(number: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return Row(number, reason=f"it has {len(cells)} cells under {len(columns)} columns; quote what holds a comma")
    cells = ["\n".join(cell.strip().splitlines()) for cell in cells]
    told = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    try:
        _readable(told)
        bodies = [json.loads(canonical_json(body)) for body in _bodies(told)]
    except MappingError as error:
        return Row(number, reason=str(error), text=canonical_json(told))
    return Row(number, bodies, text=canonical_json(told))


def _readable(told: Mapping[str, str]) -> None:
    for name, cell in told.items():
        if any("\ud800" <= letter <= "\udfff" for letter in cell):
            raise MappingError(f"{name} is not UTF-8; save the table as CSV UTF-8")
    kind = told.get("kind", "").casefold()
    if kind not in _COLUMNS:
        raise MappingError(f"kind {kind[:40]!r} is none; there are {', '.join(_COLUMNS)}")
    strange = [name for name in told if name not in (*_EVERY, *_COLUMNS[kind])]
    if strange:
        raise MappingError(f"kind {kind} has no {strange[0]}; empty that cell, or choose another kind")


def _bodies(told: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    kind = told["kind"].casefold()
    # The same row is the same thing when it is imported again: by its id, or by all that stands in it.
    named = told.get("id") or hashlib.sha256(canonical_json(told).encode()).hexdigest()[:16]
    yield from _LINES[kind](f"{kind}/{named}", named, told)


def _line(line_id: str, event_type: str, at: str | None, told: Mapping[str, str], data: Mapping[str, Any]) -> Any:
    if at is None:
        raise MappingError("at is missing")
    return {
        "specversion": "1.0",
        "id": line_id,
        "source": told.get("source", _SOURCE),
        "type": f"dev.storyline.{event_type}.v1",
        "time": at,
        "data": {name: value for name, value in data.items() if value is not None},
    }


def _said(told: Mapping[str, str]) -> dict[str, Any]:
    texts = {name: told.get(name) for name in ("title", "text", "person", "url")}
    return {**texts, "story_keys": keys(told.get("story_keys"))}


def _interview(line_id: str, named: str, told: Mapping[str, str]) -> Iterator[Any]:
    yield _line(line_id, "interview.held", moment(told, "at"), told, {"interview_id": named, **_said(told)})


def _insight(line_id: str, named: str, told: Mapping[str, str]) -> Iterator[Any]:
    data = {"insight_id": named, "interview_id": told.get("interview_id"), **_said(told)}
    yield _line(line_id, "interview.insight_noted", moment(told, "at"), told, data)


def _feedback(line_id: str, named: str, told: Mapping[str, str]) -> Iterator[Any]:
    said = _said(told)
    words = "\n".join(filter(None, (said.pop("title"), said.pop("text")))) or None
    data = {"feedback_id": named, "text": words, **said, "organization": told.get("organization")}
    data |= {"channel": told.get("channel", "unknown").casefold(), "score": number(told, "score")}
    yield _line(line_id, "support.feedback_given", moment(told, "at"), told, data)


def _incident(line_id: str, named: str, told: Mapping[str, str]) -> Iterator[Any]:
    names = ("title", "service", "environment", "severity", "deployment_id", "sha", "url")
    data = {"incident_id": named, **{name: told.get(name) for name in names}}
    yield _line(f"{line_id}/opened", "incident.opened", moment(told, "at"), told, data)
    if (resolved_at := moment(told, "resolved_at")) is not None:
        yield _line(f"{line_id}/resolved", "incident.resolved", resolved_at, told, data)


def _label(line_id: str, _: str, told: Mapping[str, str]) -> Iterator[Any]:
    read = {"is_about": flag(told, "is_about"), "labeller": told.get("person")}
    data = {**{name: told.get(name) for name in ("ticket_id", "topic")}, **read}
    yield _line(line_id, "support.topic_labelled", moment(told, "at"), told, data)


_LINES: Mapping[str, Callable[[str, str, Mapping[str, str]], Iterator[Any]]] = {
    "interview": _interview,
    "insight": _insight,
    "feedback": _feedback,
    "incident": _incident,
    "label": _label,
}
