"""The list of usage segments: which Parquet files hold product events, and what is known of each hour of upload.

A file that is not listed is nobody's: a new segment counts from the transaction that lists it, and what it replaces
is swept by the next command that takes usage in. So a killed process leaves the old or the new, and never a part.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.events.usage import USAGE_COLUMNS

INCOMING = ".incoming"
_NAME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d)?-[0-9a-f]{16}\.parquet")

_LISTED = """
select source, instance, covers_from, covers_until, path, rows, bytes, digest
from log.segments
where source = ? and instance = ?
order by covers_from, covers_until
"""
_ALL_PATHS = "select path from log.segments order by source, instance, covers_from, path"
_KNOWN = """
select hour, digest, rows_read, rows_kept, rows_refused
from log.usage_hours
where source = ? and instance = ? and list_contains(?::timestamptz[], hour)
"""
_FORGET_HOURS = """
delete from log.usage_hours where source = ? and instance = ? and list_contains(?::timestamptz[], hour)
"""
_NEW_HOURS = """
insert into log.usage_hours
select
    ?, ?, unnest(?::timestamptz[]), unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]),
    ?::timestamptz
"""
_IS_THERE = "select sql from duckdb_views() where schema_name = 'log' and view_name = 'usage_segments'"

# Two deliveries of one event have the same insert_id. What is delivered once, nearly all, passes by a narrow anti-join
# on a hash; only what may be doubled is sorted. Two events whose hashes are alike by chance are sorted, and both stay.
_EVENTS = f"""
create or replace view log.usage_events as
with keyed as (
    select *, hash(source, instance, insert_id) as insert_hash from log.usage_segments
),

doubled as materialized (
    select insert_hash from keyed group by insert_hash having count(*) > 1
)

select * exclude (insert_hash) from keyed anti join doubled using (insert_hash)
union all by name
select * exclude (insert_hash) from keyed semi join doubled using (insert_hash)
qualify row_number() over (
    partition by source, instance, insert_id
    order by uploaded_at, upload_hour, {", ".join(column.name for column in USAGE_COLUMNS[4:])}
) = 1
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A Parquet file of product events; see `log.segments`."""

    source: str
    instance: str
    covers_from: datetime
    covers_until: datetime
    path: str
    rows: int
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class HourRows:
    """What an hour of upload held when it was last read; the digest holds the reader's version, too."""

    hour: datetime
    digest: str
    rows_read: int
    rows_kept: int
    rows_refused: int


def listed(connection: duckdb.DuckDBPyConnection, source: str, instance: str) -> list[Segment]:
    """Return the segments of a source's site, by time."""
    found = connection.execute(_LISTED, [source, instance]).fetchall()
    return [
        Segment(source, instance, row[2].astimezone(UTC), row[3].astimezone(UTC), *row[4:])
        for row in found
    ]  # fmt: skip


def known_hours(
    connection: duckdb.DuckDBPyConnection, source: str, instance: str, hours: Iterable[datetime]
) -> dict[datetime, HourRows]:
    """Return what is known of these hours; one that was never read is not among them."""
    found = connection.execute(_KNOWN, [source, instance, list(hours)]).fetchall()
    return {row[0].astimezone(UTC): HourRows(row[0].astimezone(UTC), *row[1:]) for row in found}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be listed for a source's site, and in whose place. Its files are there, whole, before it is told."""

    source: str
    instance: str
    new: tuple[Segment, ...] = ()
    old: tuple[Segment, ...] = ()
    hours: tuple[HourRows, ...] = ()


def apply(connection: duckdb.DuckDBPyConnection, root: Path, change: Change, written_at: datetime) -> None:
    """List new segments in place of old ones, within the caller's transaction; no file is touched."""
    for segment in change.old:
        connection.execute("delete from log.segments where path = ?", [segment.path])
    for segment in change.new:
        values = [segment.source, segment.instance, segment.covers_from, segment.covers_until, segment.path]
        values += [segment.rows, segment.bytes, segment.digest, written_at]
        connection.execute("insert into log.segments values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    if change.hours:
        key = [change.source, change.instance]
        connection.execute(_FORGET_HOURS, [*key, [hour.hour for hour in change.hours]])
        columns = ["hour", "digest", "rows_read", "rows_kept", "rows_refused"]
        values = [[getattr(hour, column) for hour in change.hours] for column in columns]
        connection.execute(_NEW_HOURS, [*key, *values, written_at])
    if change.new or change.old:
        show(connection, root)


def show(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Let `log.usage_segments` read every listed file, and `log.usage_events` each event once."""
    paths = [str(root / row[0]) for row in connection.execute(_ALL_PATHS).fetchall()]
    if paths:
        names = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        told = f"select * from read_parquet([{names}])"
    else:
        nothing = ", ".join(f"null::{column.type} as {column.name}" for column in USAGE_COLUMNS)
        told = f"select {nothing} where false"
    connection.execute(f"create or replace view log.usage_segments as {told}")
    connection.execute(_EVENTS)


def show_if_moved(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Make the views where there are none yet, and anew where the segments now lie in another folder."""
    views = connection.execute(_IS_THERE).fetchall()
    first = connection.execute(_ALL_PATHS + " limit 1").fetchall()
    if not views or (first and str(root / first[0][0]).replace("'", "''") not in views[0][0]):
        show(connection, root)


def sweep(connection: duckdb.DuckDBPyConnection, root: Path) -> list[Path]:
    """Delete what no segment is: what was replaced, and what a killed process left. Returns the deleted files.

    The caller holds the writers' lock, so nobody is writing one. What has no name of ours is somebody else's.
    """
    if not root.exists():
        return []
    kept = {root / str(row[0]) for row in connection.execute(_ALL_PATHS).fetchall()}
    ours = [file for file in root.glob("*/*/*/*.parquet") if _NAME.fullmatch(file.name)]
    half = [file for file in (root / INCOMING).rglob("*") if not file.is_dir()]
    orphans = [file for file in sorted([*ours, *half]) if file not in kept]
    for file in orphans:
        file.unlink()
    return orphans
