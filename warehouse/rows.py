"""The rows of the log's tables as Python hands them over: columns, order and types in one place."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from pipelines.events.envelope import Event
from pipelines.events.ids import content_hash
from pipelines.events.records import BadRecord, RawRecord

Row = tuple[Any, ...]
Columns = dict[str, Any]

_TIME = pl.Datetime("us", "UTC")

INCOMING: Columns = {
    "ordinal": pl.Int64,
    "instance": pl.String,
    "stream": pl.String,
    "record_key": pl.String,
    "is_entity": pl.Boolean,
    "vendor_version_at": _TIME,
    "content_hash": pl.String,
    "body": pl.String,
}

_TABLES: dict[str, Columns] = {
    "log.events": {
        "raw_position": pl.Int64,
        "event_id": pl.String,
        "event_type": pl.String,
        "schema_version": pl.Int64,
        "source": pl.String,
        "instance": pl.String,
        "stream": pl.String,
        "source_record_id": pl.String,
        "mapper_version": pl.Int64,
        "subject": pl.String,
        "actor": pl.String,
        "occurred_at": _TIME,
        "observed_at": _TIME,
        "payload": pl.String,
    },
    "log.quarantine": {
        "quarantine_id": pl.String,
        "source": pl.String,
        "instance": pl.String,
        "stream": pl.String,
        "record_key": pl.String,
        "raw_position": pl.Int64,
        "reason": pl.String,
        "mapper_version": pl.Int64,
        "observed_at": _TIME,
        "body": pl.String,
    },
}


@dataclass(frozen=True, slots=True)
class ProjectedEvent:
    """An event whose payload was validated: `payload` is canonical JSON with every field of its model."""

    event: Event
    schema_version: int
    payload: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A raw record with its place in the log; `body` is JSON text."""

    position: int
    instance: str
    stream: str
    record_key: str
    observed_at: datetime
    body: str

    def content(self) -> Any:
        """Return the body as Python values."""
        return json.loads(self.body)


def incoming(ordinal: int, record: RawRecord, is_entity: bool, digest: str, text: str) -> Row:
    """Return the row of a delivered record."""
    version = record.vendor_version_at.astimezone(UTC) if record.vendor_version_at else None
    return (ordinal, record.instance, record.stream, record.record_key, is_entity, version, digest, text)


def event(mapper_version: int, record: StoredRecord, projected: ProjectedEvent) -> Row:
    """Return the row of an event that a stored record projected."""
    fact = projected.event
    return (
        record.position,
        fact.event_id,
        fact.event_type,
        projected.schema_version,
        fact.source,
        fact.instance,
        record.stream,
        fact.source_record_id,
        mapper_version,
        fact.subject,
        fact.actor,
        fact.occurred_at.astimezone(UTC) if fact.occurred_at else record.observed_at,
        record.observed_at,
        projected.payload,
    )


def unmapped(source: str, mapper_version: int, record: StoredRecord, reason: str) -> Row:
    """Return the quarantine row of a stored record that its mapping refused; its body stays in the log."""
    where = (source, record.instance, record.stream, record.record_key)
    digest = content_hash([*where, record.position])[:32]
    return (digest, *where, record.position, reason, mapper_version, record.observed_at, "")


def rejected(source: str, mapper_version: int, record: BadRecord, observed_at: datetime) -> Row:
    """Return the quarantine row of something that is not even a record, with its text."""
    where = (source, record.instance, record.stream, record.record_key)
    digest = content_hash([*where, record.reason, record.text])[:32]
    return (digest, *where, None, record.reason, mapper_version, observed_at, record.text)


@contextmanager
def registered(
    connection: duckdb.DuckDBPyConnection, name: str, found: Sequence[Row], columns: Columns
) -> Iterator[None]:
    """Let SQL read the rows under a name within the block."""
    connection.register(name, pl.DataFrame(found, schema=columns, orient="row"))
    try:
        yield
    finally:
        connection.unregister(name)


def insert(connection: duckdb.DuckDBPyConnection, table: str, found: Sequence[Row], key: str | None = None) -> int:
    """Insert rows into a table of the log, those whose `key` is there already left out. Returns how many went in."""
    if not found:
        return 0
    columns = _TABLES[table]
    new = f"anti join {table} using ({key})" if key else ""
    once = f"qualify row_number() over (partition by {key}) = 1" if key else ""
    with registered(connection, "found", found, columns):
        row = connection.execute(
            f"insert into {table} by name select {', '.join(columns)} from found {new} {once}"
        ).fetchone()
    return int(row[0]) if row else 0
