"""Takes records into the log: read, pseudonymise, append. The same path for every way in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.deletions import of_known_versions
from pipelines.events.records import UNKNOWN_INSTANCE, BadRecord, RawRecord
from pipelines.privacy import pseudonymised
from pipelines.progress import Count, uncounted
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import RecordingError, Source, UsageSource
from pipelines.sources.registry import source_named, sources
from pipelines.usage import begin, count_in, desk, take_part
from warehouse import event_log
from warehouse.event_log import Appended, Run
from warehouse.lock import exclusive
from warehouse.people import pseudonyms, remember
from warehouse.segments_lines import BrokenFileError
from warehouse.store import open_log


@dataclass(frozen=True, slots=True)
class Intake:
    """A recording to take in: which source speaks, where it lies, and as of when."""

    source: str
    folder: Path
    command: str
    as_of: datetime


def take_in(settings: Settings, intake: Intake, *, progress: Count = uncounted) -> Appended:
    """Replay a recording through the source's own mapping into the log.

    Raises:
        UnknownSourceError: there is no such source.
        RecordingError: the folder or one of its files cannot be read.
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    source = source_named(intake.source)
    if not intake.folder.exists():
        raise RecordingError(f"{intake.folder} does not exist; name a folder of recorded {source.name} responses")
    if isinstance(source, UsageSource):
        return _take_usage_in(settings, source, intake, progress)
    people = pseudonyms(settings)
    records = list(pseudonymised(source, _dated(source.read_recording(intake.folder)), people))
    command = f"storyline {intake.command}"
    # The people's table is written under the same lock, and before the append: a key in the log whose owner is unknown
    # could never be resolved or erased.
    with exclusive(settings.lock, command=command, since=intake.as_of):
        remember(settings.people_database, people.seen)
        with open_log(settings, command=command, since=intake.as_of) as connection:
            return _appended(connection, source, records, intake, progress)


def _take_usage_in(settings: Settings, source: UsageSource, intake: Intake, progress: Count) -> Appended:
    """Take recorded product events into segments, an archive at a time: a large recording is never held."""
    done, people = Appended(), pseudonyms(settings)
    with (
        open_log(settings, command=f"storyline {intake.command}", since=intake.as_of) as connection,
        desk(settings, f"{source.name}-recording") as folder,
    ):
        refresh_projection(connection, [source])
        begin(connection, settings)
        for part in source.read_usage(intake.folder, folder):
            try:
                count_in(done, take_part(connection, settings, source, people, part, observed_at=intake.as_of))
            except BrokenFileError as error:
                raise RecordingError(
                    f"{intake.folder} holds a file that is broken: {error}; record it again"
                ) from error
            progress(len(part.hours))
        run = Run(command=intake.command, source=source.name, as_of=intake.as_of)
        event_log.record_run(connection, run, done)
    return done


def _appended(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    records: list[RawRecord | BadRecord],
    intake: Intake,
    progress: Count,
) -> Appended:
    refresh_projection(connection, [source])
    records = _placed(records, intake, event_log.known_instances(connection, source.name))
    return event_log.append(
        connection,
        CatalogProjection(source),
        of_known_versions(connection, source.name, records, intake.as_of),
        observed_at=intake.as_of,
        run=Run(command=intake.command, source=source.name, as_of=intake.as_of),
        progress=progress,
    )


def refresh_projection(connection: duckdb.DuckDBPyConnection, among: Iterable[Source] | None = None) -> list[str]:
    """Map the kept records of each source anew whose mapper has changed since; return their names."""
    renewed = []
    for source in among if among is not None else sources().values():
        projection = CatalogProjection(source)
        if event_log.needs_projection(connection, projection):
            event_log.project_again(connection, projection)
            renewed.append(source.name)
    return renewed


def _dated(walk: Iterable[RawRecord | BadRecord]) -> Iterator[RawRecord | BadRecord]:
    """Give a record without a vendor time that of the recording: the newest that any of its records tells.

    Without it, an old list of statuses replayed today would count as newer than last week's.
    """
    records = list(walk)
    versions = [record.vendor_version_at for record in records if isinstance(record, RawRecord)]
    newest = max((version for version in versions if version is not None), default=None)
    for record in records:
        if isinstance(record, RawRecord) and record.vendor_version_at is None:
            yield replace(record, vendor_version_at=newest)
        else:
            yield record


def _placed(records: list[RawRecord | BadRecord], intake: Intake, known: list[str]) -> list[RawRecord | BadRecord]:
    """Give records that tell no site the one that the log knows, as for a folder that holds only `deleted.json`."""
    if all(record.instance != UNKNOWN_INSTANCE for record in records):
        return records
    if len(known) != 1:
        which = f"the log knows {', '.join(known)}" if known else "the log knows none yet"
        raise RecordingError(
            f"{intake.folder} does not tell which {intake.source} site it is of, and {which}; "
            "put a file whose rows have an address into it"
        )
    return [replace(one, instance=known[0]) if one.instance == UNKNOWN_INSTANCE else one for one in records]
