"""Takes hours of product events in: what changed is read, and each hour or settled day becomes one whole segment."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.events.ids import canonical_json, content_hash
from pipelines.events.records import BadRecord, RawRecord
from pipelines.events.usage import EXPORTS, UsageHour, UsagePart, UsageReader
from warehouse.connection import workspace
from warehouse.people import KeyedPseudonyms
from warehouse.segments import INCOMING, Change, HourRows, Segment, known_hours, listed
from warehouse.segments_staging import COPY_OPTIONS, Counts, Group, Piece, Stage, durable

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WORKERS = 2
# So much of packed files is read in one go: what lies in memory at a time is some ten times that, for each worker.
_GROUP_BYTES = 12 * 1024 * 1024
_MEMORY_MEGABYTES = 700


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a part came to. Nothing of it counts before `change` is applied.

    Attributes:
        records: of the hours that were taken, with the counts of their rows.
        refused: a record for each hour and reason, for quarantine.
        rows_read: lines that were parsed now; an unchanged hour has none.
    """

    change: Change
    records: tuple[RawRecord, ...] = ()
    refused: tuple[BadRecord, ...] = ()
    rows_read: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """What one segment covers."""

    covers_from: datetime
    covers_until: datetime
    hours: tuple[UsageHour, ...] = ()
    old: tuple[Segment, ...] = ()


def load(
    connection: duckdb.DuckDBPyConnection, root: Path, reader: UsageReader, people: KeyedPseudonyms, part: UsagePart
) -> Loaded:
    """Read the hours of a part that changed into segments, and compact the days that are settled.

    Every file is whole and durable when this returns; the caller applies the change in the transaction that moves its
    checkpoint. Hours whose digest is known are not read.

    Raises:
        BrokenFileError: a file's packing is broken.
    """
    digests = {hour.hour: content_hash([hour.digest, _fingerprint(reader)]) for hour in part.hours}
    known = known_hours(connection, reader.source, part.instance, digests)
    same = {at for at, rows in known.items() if rows.digest == digests[at]}
    told = [_with_counts(hour.record, known[hour.hour]) for hour in part.hours if hour.hour in same]
    changed = [hour for hour in part.hours if hour.hour not in same]
    spans = list(_spans(listed(connection, reader.source, part.instance), changed, part.settled_until))
    if not spans:
        return Loaded(Change(reader.source, part.instance), tuple(told))
    with _desk(root) as desk, workspace(desk, memory_megabytes=_MEMORY_MEGABYTES) as database:
        # A thread for each cursor and no more: shared among both, the same work takes a quarter longer.
        database.execute("set threads = 1")
        stage = Stage(desk, reader, part.instance, people)
        pieces, counts = _pieces(database, stage, spans)
        stale = _grown_less(counts, known) if part.is_replay else set()
        rows = {at: _hour_rows(at, digests[at], found) for at, found in counts.items() if at not in stale}
        writer = _Writer(root, desk, database, reader.source, part.instance)
        written = [writer.segment(span, made, rows) for span, made in zip(spans, pieces, strict=True)]
    new = tuple(segment for segment in written if segment is not None)
    old = tuple(segment for span in spans for segment in span.old)
    taken = [hour for hour in changed if hour.hour in rows]
    return Loaded(
        Change(reader.source, part.instance, new, old, tuple(rows.values())),
        (*told, *(_with_counts(hour.record, rows[hour.hour]) for hour in taken)),
        tuple(bad for hour in taken for bad in _refused(hour, counts[hour.hour])),
        sum(found.read for found in counts.values()),
    )


def _spans(known: Sequence[Segment], changed: Iterable[UsageHour], settled: datetime | None) -> Iterator[_Span]:
    """Yield what is to be written: a settled day whole, else hour by hour; a day that is one already stays one."""
    days = {segment.covers_from for segment in known if segment.covers_until - segment.covers_from == _DAY}
    within: dict[datetime, list[Segment]] = defaultdict(list)
    for segment in known:
        within[_day(segment.covers_from)].append(segment)
    if settled is not None:
        days |= {day for day in (*within, *(_day(hour.hour) for hour in changed)) if day + _DAY <= settled}
    by_span: dict[tuple[datetime, datetime], list[UsageHour]] = defaultdict(list)
    for hour in changed:
        day = _day(hour.hour)
        by_span[(day, day + _DAY) if day in days else (hour.hour, hour.hour + _HOUR)].append(hour)
    for day in days:
        if any(segment.covers_until - segment.covers_from < _DAY for segment in within[day]):
            by_span.setdefault((day, day + _DAY), [])
    for (covers_from, covers_until), hours in sorted(by_span.items()):
        old = [one for one in within[_day(covers_from)] if covers_from <= one.covers_from < covers_until]
        yield _Span(covers_from, covers_until, tuple(sorted(hours, key=lambda hour: hour.hour)), tuple(old))


def _pieces(
    database: duckdb.DuckDBPyConnection, stage: Stage, spans: Sequence[_Span]
) -> tuple[list[list[Piece]], dict[datetime, Counts]]:
    """Read the files of all spans, two groups at a time; return each span's pieces and each hour's counts."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(lambda group: stage.read(database.cursor(), group), _groups(spans)))
    counts: dict[datetime, Counts] = {hour.hour: Counts() for span in spans for hour in span.hours}
    for read in found:
        for at, some in read.counts.items():
            counts[at].add(some)
    pieces = [
        [piece for read in found for piece in read.pieces if piece.covers_from == span.covers_from and piece.rows]
        for span in spans
    ]
    return pieces, counts


def _groups(spans: Sequence[_Span]) -> Iterator[Group]:
    """Put files together that are read in one go, those of several spans where they are small."""
    files: list[tuple[datetime, Path]] = []
    covered: list[tuple[datetime, datetime]] = []
    number = size = 0
    for span in spans:
        for hour in span.hours:
            for file in hour.files:
                added = file.stat().st_size
                if files and size + added > _GROUP_BYTES:
                    yield Group(number, tuple(files), tuple(covered))
                    files, covered, number, size = [], [], number + 1, 0
                files.append((hour.hour, file))
                size += added
                if (span.covers_from, span.covers_until) not in covered[-1:]:
                    covered.append((span.covers_from, span.covers_until))
    if files:
        yield Group(number, tuple(files), tuple(covered))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts a span's pieces, and what stays of its old segments, into one file."""

    root: Path
    desk: Path
    database: duckdb.DuckDBPyConnection
    source: str
    instance: str

    def segment(self, span: _Span, pieces: Sequence[Piece], rows: dict[datetime, HourRows]) -> Segment | None:
        """Write the segment of a span, whole and durable. None where it would hold nothing."""
        taken = [rows[hour.hour] for hour in span.hours if hour.hour in rows]
        digest = content_hash([[one.digest for one in taken], [segment.digest for segment in span.old]])
        if len(pieces) == 1 and not span.old and len(taken) == len(span.hours):
            whole, count = pieces[0].path, pieces[0].rows
        else:
            whole = self.desk / f"{digest}.parquet"
            count = self._merge(span, pieces, taken, whole)
        if not count:
            return None
        size = whole.stat().st_size
        path = self._path(span, digest)
        durable(whole, self.root / path)
        return Segment(self.source, self.instance, span.covers_from, span.covers_until, path, count, size, digest)

    def _merge(self, span: _Span, pieces: Sequence[Piece], taken: Sequence[HourRows], into: Path) -> int:
        new, parts, values = [one.hour for one in taken], [], list[object]()
        if span.old:
            parts.append("from read_parquet(?) where not list_contains(?::timestamptz[], upload_hour)")
            values += [[str(self.root / segment.path) for segment in span.old], new]
        if pieces:
            parts.append("from read_parquet(?) where list_contains(?::timestamptz[], upload_hour)")
            values += [[str(piece.path) for piece in pieces], new]
        if not parts:
            return 0
        target = str(into).replace("'", "''")
        told = self.database.execute(f"copy ({' union all '.join(parts)}) to '{target}' {COPY_OPTIONS}", values)
        return int(told.fetchall()[0][0])

    def _path(self, span: _Span, digest: str) -> str:
        is_day = span.covers_until - span.covers_from == _DAY
        name = span.covers_from.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H")
        site = "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in self.instance)
        return f"{self.source}/{site}/{span.covers_from:%Y}/{name}-{digest[:16]}.parquet"


@contextmanager
def _desk(root: Path) -> Iterator[Path]:
    """Give a folder beside the segments, so that a file gets its name there in one step."""
    desk = root / INCOMING
    shutil.rmtree(desk, ignore_errors=True)
    desk.mkdir(parents=True, mode=0o700)
    try:
        yield desk
    finally:
        shutil.rmtree(desk, ignore_errors=True)


def _fingerprint(reader: UsageReader) -> str:
    people = {column: [who.kind, who.when] for column, who in reader.people.items()}
    told = [dict(part) for part in (reader.fields, reader.parsed, reader.columns, reader.cleaned)]
    return content_hash([reader.version, told, people, list(reader.refusals)])


def _grown_less(counts: dict[datetime, Counts], known: dict[datetime, HourRows]) -> set[datetime]:
    return {at for at, found in counts.items() if at in known and found.read < known[at].rows_read}


def _hour_rows(at: datetime, digest: str, found: Counts) -> HourRows:
    return HourRows(at, digest, found.read, found.kept, found.refused.counts.total())


def _with_counts(record: RawRecord, rows: HourRows) -> RawRecord:
    told = {"rows_read": rows.rows_read, "rows_kept": rows.rows_kept, "rows_refused": rows.rows_refused}
    return replace(record, body={**record.body, **told})


def _refused(hour: UsageHour, counts: Counts) -> Iterator[BadRecord]:
    for reason, count in sorted(counts.refused.counts.items()):
        told = canonical_json({"lines": count, "examples": counts.refused.examples[reason]})
        lines = "1 line" if count == 1 else f"{count:,} lines"
        yield BadRecord(
            hour.instance, EXPORTS, hour.record.record_key, f"{lines} not kept, each because {reason}", told
        )


def _day(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
