"""Writes the log's current events as CloudEvents, one a line: what `storyline import` reads back as the same events.

Carries what a fact is, not how it came: observed_at, stream and mapper version belong to the log that took it in.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.ids import canonical_json
from pipelines.progress import Count, uncounted
from pipelines.sources.cloudevents.own import type_name, urn

BATCH_SIZE = 5_000

# An event id stands once among current events, so the order is the same in every log that holds them.
_CURRENT = """
select
    event_id, event_type, schema_version, source, instance, source_record_id, subject, actor,
    strftime(occurred_at at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') as occurred_at,
    payload::varchar as payload
from log.current_events
order by log.current_events.occurred_at, event_id
"""


def export_events(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    progress: Count = uncounted,
) -> int:
    """Write every current event to `path`, in the order of their times and ids, and return how many.

    The file appears whole or not at all: it is written beside its place and renamed.

    Args:
        connection: open on a log.
        path: replaced where it exists.
        progress: told how many events were written, batch by batch.

    Raises:
        OSError: the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    count = 0
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            for batch in _batches(connection):
                file.writelines(f"{_line(row)}\n" for row in batch)
                count += len(batch)
                progress(len(batch))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    cursor = connection.cursor()
    try:
        cursor.execute(_CURRENT)
        while batch := cursor.fetchmany(BATCH_SIZE):
            yield batch
    finally:
        cursor.close()


def _line(row: tuple[Any, ...]) -> str:
    event_id, event_type, schema_version, source, instance, source_record_id, subject, actor, at, payload = row
    line = {
        "specversion": "1.0",
        "id": event_id,
        "source": urn(source, instance),
        "type": type_name(event_type, schema_version),
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "data": {
            "subject": subject,
            "actor": actor,
            "source_record_id": source_record_id,
            "payload": json.loads(payload),
        },
    }
    declared = EVENT_TYPES.get(event_type)
    if declared is not None and declared.cdevents is not None:
        # An extension attribute: who speaks CDEvents sees which of its types says the same.
        line["cdeventstype"] = declared.cdevents
    return canonical_json(line)
