"""The log, and its only writer: raw records are the truth, events are their projection.

Knows nothing of vendors: a `Projection` maps, validates and says which streams hold entities.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import duckdb

from pipelines.events.ids import canonical_json, content_hash
from pipelines.events.records import BadRecord, RawRecord
from warehouse import rows, statements
from warehouse.connection import transaction

BATCH_SIZE = 2_000

# What a mapping raises over a record that it does not understand.
UNMAPPABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


class Projection(Protocol):
    """How one source's records become events."""

    @property
    def source(self) -> str:
        """The source's name."""

    @property
    def mapper_version(self) -> int:
        """The version of its mapping."""

    def is_entity(self, stream: str) -> bool:
        """Tell whether the stream's newest version supersedes older ones."""

    def project(self, instance: str, stream: str, record_key: str, body: Any) -> Sequence[rows.ProjectedEvent]:
        """Map one raw record and validate what comes out.

        Raises:
            UNMAPPABLE: the record cannot be mapped; the message says why.
        """


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a walk has come: `cursor` is whatever the source needs to go on."""

    instance: str
    stream: str
    cursor: Any


@dataclass(slots=True)
class Appended:
    """What an append did."""

    records_seen: int = 0
    new_records: int = 0
    new_events: int = 0
    quarantined: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """A command that took something in; its `as_of` is what the models count ages from."""

    command: str
    as_of: datetime
    source: str | None = None
    status: str = "ok"
    error: str | None = None


def append(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    records: Iterable[RawRecord | BadRecord],
    *,
    observed_at: datetime,
    run: Run | None,
    checkpoints: Sequence[Checkpoint] = (),
    progress: Callable[[int], None] = lambda _count: None,
    beside: Callable[[], None] = lambda: None,
) -> Appended:
    """Append what is new, its events and its checkpoints, in one transaction: all of it or nothing.

    A record is stored only when it differs from the newest version of its key (A, B, A are three). An older
    version that is there already is not stored again, so that an old recording replayed changes nothing.

    Args:
        connection: a migrated writer's connection, in no transaction.
        projection: maps each record that is stored.
        records: in the order in which the vendor gave them; person fields already pseudonymised.
        observed_at: when they were read (aware UTC).
        run: written beside what it took in; None for a step of a longer walk, which tells of its run at its end.
        checkpoints: replace those of the same instance and stream.
        progress: told how many records were taken, batch by batch.
        beside: writes what counts from the same transaction, as the list of segments.
    """
    done = Appended()
    with transaction(connection):
        beside()
        for batch in _batches(records):
            done.records_seen += len(batch)
            _append_batch(connection, projection, batch, observed_at, done)
            progress(len(batch))
        for checkpoint in checkpoints:
            _move_checkpoint(connection, projection.source, checkpoint, observed_at)
        _remember_mapper(connection, projection)
        if run is not None:
            _write_run(connection, run, done)
    return done


def record_run(connection: duckdb.DuckDBPyConnection, run: Run, done: Appended | None = None) -> None:
    """Write a run that appended nothing itself: a nightly's own `as_of`, or a walk whose steps gave `done` in all."""
    with transaction(connection):
        _write_run(connection, run, done or Appended())


def newest_as_of(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the moment that the log stands for, None when nothing was ever taken in.

    It is the last nightly's, or a later one that was told since: an old backup must not turn the clock back.
    """
    row = connection.execute(statements.NEWEST_AS_OF).fetchone()
    return row[0].astimezone(UTC) if row and row[0] else None


def known_instances(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """Return the sites of a source whose records the log holds, in alphabetical order."""
    return [str(row[0]) for row in connection.execute(statements.INSTANCES, [source]).fetchall()]


def read_checkpoint(connection: duckdb.DuckDBPyConnection, source: str, instance: str, stream: str) -> str | None:
    """Return the cursor of a walk as JSON text, None where there was none."""
    row = connection.execute(statements.READ_CHECKPOINT, [source, instance, stream]).fetchone()
    return None if row is None else str(row[0])


def needs_projection(connection: duckdb.DuckDBPyConnection, projection: Projection) -> bool:
    """Tell whether the source's events were projected by another version of its mapper."""
    row = connection.execute(statements.MAPPER_VERSION, [projection.source]).fetchone()
    return row is not None and int(row[0]) != projection.mapper_version


def project_again(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    *,
    progress: Callable[[int], None] = lambda _count: None,
) -> Appended:
    """Map every kept raw record of a source anew, quarantined ones included, in one transaction."""
    done = Appended()
    with transaction(connection):
        connection.execute(statements.FORGET_EVENTS, [projection.source])
        connection.execute(statements.FORGET_QUARANTINE, [projection.source])
        position = 0
        while found := connection.execute(statements.READ_RAW, [projection.source, position, BATCH_SIZE]).fetchall():
            stored = [rows.StoredRecord(*row) for row in found]
            _project(connection, projection, stored, done)
            position = stored[-1].position
            done.records_seen += len(stored)
            progress(len(stored))
        _remember_mapper(connection, projection)
    return done


def _batches(records: Iterable[RawRecord | BadRecord]) -> Iterator[list[RawRecord | BadRecord]]:
    walk = iter(records)
    while batch := list(islice(walk, BATCH_SIZE)):
        yield batch


def _append_batch(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    batch: Sequence[RawRecord | BadRecord],
    observed_at: datetime,
    done: Appended,
) -> None:
    good, bad = [], [record for record in batch if isinstance(record, BadRecord)]
    for ordinal, record in enumerate(batch):
        if isinstance(record, RawRecord):
            try:
                text, digest = canonical_json(record.body), content_hash(record.body)
            except UNMAPPABLE as error:
                reason = f"its body is not JSON that can be kept: {error}"
                bad.append(BadRecord(record.instance, record.stream, record.record_key, reason, repr(record.body)))
            else:
                good.append(rows.incoming(ordinal, record, projection.is_entity(record.stream), digest, text))
    refused = [rows.rejected(projection.source, projection.mapper_version, record, observed_at) for record in bad]
    done.quarantined += rows.insert(connection, "log.quarantine", refused, "quarantine_id")
    done.reasons.extend(f"{record.stream} {record.record_key}: {record.reason}" for record in bad)
    named = {"source": projection.source, "observed_at": observed_at}
    with rows.registered(connection, "incoming", good, rows.INCOMING):
        connection.execute(statements.SORT_INCOMING, named)
        stored = [rows.StoredRecord(*row) for row in connection.execute(statements.APPEND_RAW, named).fetchall()]
        connection.execute(statements.SEEN_AGAIN, {"source": projection.source})
        connection.execute(statements.FORGET_CONFIRMED)
        connection.execute(statements.CONFIRM)
    done.new_records += len(stored)
    _project(connection, projection, sorted(stored, key=lambda record: record.position), done)


def _project(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    stored: Sequence[rows.StoredRecord],
    done: Appended,
) -> None:
    events: list[rows.Row] = []
    refused: list[rows.Row] = []
    for record in stored:
        try:
            found = projection.project(record.instance, record.stream, record.record_key, record.content())
        except UNMAPPABLE as error:
            reason = str(error) or type(error).__name__
            refused.append(rows.unmapped(projection.source, projection.mapper_version, record, reason))
            done.reasons.append(f"{record.stream} {record.record_key}: {reason}")
        else:
            # A vendor that delivers a row twice within one record told one fact.
            once = {projected.event.event_id: projected for projected in reversed(found)}
            events.extend(rows.event(projection.mapper_version, record, one) for one in reversed(once.values()))
    done.new_events += rows.insert(connection, "log.events", events)
    done.quarantined += rows.insert(connection, "log.quarantine", refused, "quarantine_id")


def _move_checkpoint(
    connection: duckdb.DuckDBPyConnection, source: str, checkpoint: Checkpoint, observed_at: datetime
) -> None:
    key = [source, checkpoint.instance, checkpoint.stream]
    connection.execute("delete from log.checkpoints where source = ? and instance = ? and stream = ?", key)
    values = [*key, canonical_json(checkpoint.cursor), observed_at]
    connection.execute("insert into log.checkpoints values (?, ?, ?, ?, ?)", values)


def _remember_mapper(connection: duckdb.DuckDBPyConnection, projection: Projection) -> None:
    connection.execute("delete from log.mappers where source = ?", [projection.source])
    connection.execute("insert into log.mappers values (?, ?)", [projection.source, projection.mapper_version])


def _write_run(connection: duckdb.DuckDBPyConnection, run: Run, done: Appended) -> None:
    counts = [done.new_records, done.new_events, done.quarantined]
    connection.execute(statements.NEW_RUN, [run.command, run.source, run.status, run.as_of, *counts, run.error])
