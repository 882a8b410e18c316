"""Reads vendors' files into rows without people, and writes Parquet: the hot path of usage.

Measured on events of 1.6 KB: a table between reading and writing, so that each line is parsed once, distinct identities
are hashed in Python and joined back; two groups of files at a time on two cursors.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.events.usage import HOUR_NAME, USAGE_COLUMNS, UsageReader
from warehouse.people import KeyedPseudonyms
from warehouse.segments_lines import LONGEST_LINE, Refused, clean

COPY_OPTIONS = "(format parquet, compression zstd, compression_level 1)"


@dataclass(slots=True)
class Counts:
    """What an hour's lines came to; lines that are no JSON are in `refused` alone."""

    read: int = 0
    kept: int = 0
    refused: Refused = field(default_factory=Refused)

    def add(self, other: "Counts") -> None:
        """Count in what another group of files of the same hour came to."""
        self.read += other.read
        self.kept += other.kept
        for reason, count in other.refused.counts.items():
            self.refused.add(reason, other.refused.examples[reason], count)


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are read in one go, by the hour that they are of.

    Attributes:
        spans: what each of the segments covers that they belong to: [from, until).
    """

    number: int
    files: tuple[tuple[datetime, Path], ...]
    spans: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A Parquet file that becomes the segment that begins then, or a part of it."""

    covers_from: datetime
    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a group came to."""

    pieces: tuple[Piece, ...]
    counts: dict[datetime, Counts]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and how groups become pieces.

    Attributes:
        folder: for what lies there only for a while.
    """

    folder: Path
    reader: UsageReader
    instance: str
    people: KeyedPseudonyms

    def read(self, cursor: duckdb.DuckDBPyConnection, group: Group) -> Read:
        """Read a group of files into one Parquet file for each of its spans.

        Raises:
            BrokenFileError: a file's packing is broken.
        """
        place = self.folder / f"group-{group.number}"
        place.mkdir(parents=True, exist_ok=True)
        counts: dict[datetime, Counts] = {hour: Counts() for hour, _ in group.files}
        try:
            self._stage(cursor, [file for _, file in group.files])
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
            self._stage(cursor, list(_cleaned(place, group.files, counts)))
        self._count(cursor, counts)
        rows = self._hidden(cursor)
        pieces = [
            _written(cursor, rows, span, place / f"piece-{number}.parquet") for number, span in enumerate(group.spans)
        ]
        for column in self.reader.people:
            cursor.unregister(f"keys_of_{column}")
        cursor.execute("drop table staged")
        return Read(tuple(pieces), counts)

    def _stage(self, cursor: duckdb.DuckDBPyConnection, names: Sequence[Path]) -> None:
        fields = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in self.reader.fields.items())
        columns = ",\n".join(f"{sql} as {name}" for name, sql in self.reader.columns.items())
        parsed = "".join(f", {sql} as {name}" for name, sql in self.reader.parsed.items())
        people = [
            f"{column if who.when is None else f'case when {who.when} then {column} end'} as {column}_identity"
            for column, who in self.reader.people.items()
        ]
        reasons = " ".join(f"when {sql} then {_text(reason)}" for reason, sql in self.reader.refusals)
        refusal = f"case {reasons} end" if reasons else "null::varchar"
        cleaned = ", ".join(f"{sql} as {column}" for column, sql in self.reader.cleaned.items())
        everything = f"* replace ({cleaned})" if cleaned else "*"
        cursor.execute(f"""
            create or replace temp table staged as
            with lines as (
                select
                    {", ".join(_name(name) for name in self.reader.fields)},
                    strptime(left(parse_filename(filename), 13), '{HOUR_NAME}')::timestamptz as upload_hour
                from read_json(
                    [{", ".join(_text(str(name)) for name in names)}], format = 'newline_delimited',
                    columns = {{{fields}}}, compression = 'gzip', filename = true,
                    maximum_object_size = {LONGEST_LINE}
                )
            ),

            parsed as (select *{parsed} from lines),

            told as (select upload_hour, {columns} from parsed)

            select {everything}, {", ".join([*people, f"{refusal} as refusal"])} from told
        """)

    def _count(self, cursor: duckdb.DuckDBPyConnection, counts: dict[datetime, Counts]) -> None:
        found = cursor.execute("""
            select upload_hour, refusal, count(*), list(insert_id) filter (where refusal is not null)[:3]
            from staged
            group by all
            order by all
        """).fetchall()
        for at, reason, rows, examples in found:
            hour = counts[at.astimezone(UTC)]
            hour.read += rows
            if reason is None:
                hour.kept += rows
            else:
                keys = self.people.user_keys(self.reader.source, "insert_id", [one for one in examples if one])
                hour.refused.add(reason, [f"event {key}" for key in keys], rows)

    def _hidden(self, cursor: duckdb.DuckDBPyConnection) -> str:
        """Give each identity its key, and return the rows without people as a query."""
        joins, shown = "", {}
        named = [f"{column}_identity" for column in self.reader.people]
        lists = ", ".join(f"list(distinct {name}) filter (where {name} is not null)" for name in named)
        found = cursor.execute(f"select {lists} from staged").pl().row(0) if self.reader.people else ()
        for (column, who), identities in zip(self.reader.people.items(), found, strict=True):
            if not identities:
                shown[column] = f"staged.{column}"
                continue
            keys = self.people.user_keys(self.reader.source, who.kind, identities)
            told = pl.DataFrame({"identity": identities, "key": keys}, schema={"identity": pl.String, "key": pl.String})
            cursor.register(f"keys_of_{column}", told)
            joins += f" left join keys_of_{column} on staged.{column}_identity = keys_of_{column}.identity"
            key = f"keys_of_{column}.key"
            shown[column] = key if who.when is None else f"coalesce({key}, staged.{column})"
        ours = {"source": _text(self.reader.source), "instance": _text(self.instance)}
        columns = [
            f"({ours.get(one.name) or shown.get(one.name) or 'staged.' + one.name})::{one.type} as {one.name}"
            for one in USAGE_COLUMNS
        ]
        return f"select {', '.join(columns)} from staged{joins} where refusal is null"


def _written(cursor: duckdb.DuckDBPyConnection, rows: str, span: tuple[datetime, datetime], into: Path) -> Piece:
    first, until = (f"timestamptz {_text(moment.isoformat())}" for moment in span)
    within = f"upload_hour >= {first} and upload_hour < {until}"
    told = cursor.execute(f"copy ({rows} and {within}) to {_text(str(into))} {COPY_OPTIONS}").fetchall()
    return Piece(span[0], into, int(told[0][0]))


def durable(file: Path, into: Path) -> None:
    """Move a whole file to its name, so that a power cut leaves all of it or none."""
    into.parent.mkdir(parents=True, exist_ok=True)
    _sync(file)
    file.replace(into)
    _sync(into.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cleaned(place: Path, files: Sequence[tuple[datetime, Path]], counts: dict[datetime, Counts]) -> Iterable[Path]:
    """Write what is whole of each file into another, whose name tells the hour as well."""
    for number, (hour, file) in enumerate(files):
        whole = place / f"{hour.strftime(HOUR_NAME)}_{number}.json.gz"
        broken = Refused()
        clean(file, whole, broken)
        counts[hour].read += broken.counts.total()
        for reason, count in broken.counts.items():
            counts[hour].refused.add(reason, broken.examples[reason], count)
        yield whole


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
