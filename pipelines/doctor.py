"""`storyline doctor`: what an operator must know before and after the nightly job, and what to do about it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.connections import collector_of, connected, network_of
from pipelines.doctor_writeback import writeback
from pipelines.durations import in_words
from pipelines.settings import Settings, SettingsError
from pipelines.sources import live
from pipelines.sources.registry import sources
from warehouse.connection import WarehouseError, reader
from warehouse.lock import holder
from warehouse.serving import resolve

Status = Literal["ok", "watch", "act"]

_FRESHNESS = """
select source, instance, age_seconds, is_stale, last_status, last_error
from marts.fct_source_freshness
order by source, instance
"""

_QUALITY = "select check_name, scope, linked, total, share, status from marts.data_quality order by check_name, scope"

_QUARANTINE = "select count(*) from marts.fct_quarantine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `act` asks for a person; `watch` is worth a look."""

    status: Status
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that can be looked at without opening the writer's file; of the network, the vendors alone."""
    yield from _settings(settings)
    yield from _home(settings)
    yield from _recordings(settings)
    yield from _vendors(settings)
    yield from map(_found, writeback(settings))
    yield from _published(settings)


def _vendors(settings: Settings) -> Iterator[Finding]:
    for name in connected(settings):
        try:
            # A person waits: one try, and no waiting for a limit.
            network = replace(network_of(settings), attempts=1, max_wait_seconds=0)
            collector = collector_of(settings, name, network)
        except SettingsError as error:
            yield Finding("act", str(error))
            continue
        try:
            yield from map(_found, collector.examine())
        finally:
            collector.close()


def _found(found: live.Finding) -> Finding:
    return Finding("watch" if found.status == "warn" else found.status, found.sentence.rstrip("."))


def _settings(settings: Settings) -> Iterator[Finding]:
    unknown = sorted(settings.recordings.keys() - sources().keys())
    for name in unknown:
        yield Finding("act", f"recordings.{name}: no such source; there are {', '.join(sources())}")
    if not settings.has_own_person_key:
        yield Finding(
            "watch",
            "pseudonyms use the public default key and can be guessed; "
            "set STORYLINE_PERSON_KEY in .env before real data",
        )
    else:
        yield Finding("ok", "pseudonyms use this installation's own key")


def _home(settings: Settings) -> Iterator[Finding]:
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        yield Finding("act", f"{settings.home} cannot be written; set STORYLINE_HOME to a folder that can")
    else:
        yield Finding("ok", f"state lies in {settings.home}")
    who = holder(settings.lock)
    yield Finding("watch", f"the lock is held by {who}") if who else Finding("ok", "no command is writing now")


def _recordings(settings: Settings) -> Iterator[Finding]:
    for name, folders in sorted(settings.recordings.items()):
        for folder in folders:
            yield _folder(name, folder)


def _folder(name: str, folder: Path) -> Finding:
    if folder.is_dir():
        return Finding("ok", f"{name} is replayed from {folder}")
    return Finding("act", f"{name}: {folder} is no folder; correct recordings.{name} in storyline.toml")


def _published(settings: Settings) -> Iterator[Finding]:
    try:
        with reader(resolve(settings)) as connection:
            yield from _freshness(connection)
            yield from _quality(connection)
    except (WarehouseError, duckdb.Error) as error:
        yield Finding("act", str(error).splitlines()[0])


def _freshness(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    for source, instance, age, is_stale, status, error in connection.execute(_FRESHNESS).fetchall():
        name = f"{source} ({instance})"
        if status != "ok":
            yield Finding("act", f"{name} failed: {error}")
        elif is_stale:
            yield Finding(
                "watch", f"{name} was last read {in_words(age)} before the last run; is its job still running?"
            )
        else:
            yield Finding("ok", f"{name} is fresh ({in_words(age)} old)")


def _quality(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    for name, scope, linked, total, share, status in connection.execute(_QUALITY).fetchall():
        part = f"{share:.0%} ({linked:,} of {total:,})" if share is not None else f"{linked:,} of {total:,}"
        yield Finding(status, f"{name}, {scope}: {part}")
    row = connection.execute(_QUARANTINE).fetchone()
    if row and row[0]:
        yield Finding("act", f"{row[0]:,} records are in quarantine; fct_quarantine tells the reasons")
