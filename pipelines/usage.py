"""Product events on their way into segments: read, pseudonymised, and listed with the records that tell of them."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.events.usage import UsagePart, UsageReader
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings, SettingsError
from pipelines.sources.base import UsageSource
from warehouse import event_log
from warehouse.event_log import Appended, Checkpoint
from warehouse.people import KeyedPseudonyms
from warehouse.segments import apply, sweep
from warehouse.segments_load import load


def reader_of(settings: Settings, source: UsageSource) -> UsageReader:
    """Return how a source's lines become rows by these settings.

    Raises:
        SettingsError: a key has a wrong value.
    """
    table: Mapping[str, Any] = settings.sources.get(source.name, {})
    try:
        return source.usage_reader(table)
    except ValueError as error:
        raise SettingsError(f"sources.{source.name}: {str(error).splitlines()[0]}") from error


def begin(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Sweep what was replaced and what a killed process left. Once a command, before its first part."""
    sweep(connection, settings.segments)


def take_part(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: UsageSource,
    people: KeyedPseudonyms,
    part: UsagePart,
    *,
    observed_at: datetime,
    checkpoints: list[Checkpoint] | None = None,
) -> Appended:
    """Take the hours of a part in: segments, records and checkpoints count from one transaction.

    Raises:
        BrokenFileError: a file's packing is broken.
        SettingsError: the settings of the source have a wrong value.
    """
    loaded = load(connection, settings.segments, reader_of(settings, source), people, part)
    return event_log.append(
        connection,
        CatalogProjection(source),
        [*loaded.refused, *loaded.records],
        observed_at=observed_at,
        run=None,
        checkpoints=checkpoints or (),
        beside=lambda: apply(connection, settings.segments, loaded.change, observed_at),
    )


def count_in(done: Appended, step: Appended) -> None:
    """Count a step of a longer walk in."""
    done.records_seen += step.records_seen
    done.new_records += step.new_records
    done.new_events += step.new_events
    done.quarantined += step.quarantined
    done.reasons += step.reasons


@contextmanager
def desk(settings: Settings, name: str) -> Iterator[Path]:
    """Give a folder that is empty, private, and gone after the block."""
    folder = settings.scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
