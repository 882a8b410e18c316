"""One asset per registered source, and the log that they all fill.

A source that fails becomes stale, with the reason under a check that blocks nothing: the rest of the line runs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import dagster as dg

from pipelines.assets.line import COMMAND, Line
from pipelines.collect import Trip, collect
from pipelines.connections import collector_of, network_of, strays
from pipelines.ingest import Intake, refresh_projection, take_in
from pipelines.settings import Settings, SettingsError
from pipelines.sources.base import RecordingError, Source
from pipelines.sources.registry import source_named, sources
from warehouse.connection import WarehouseError
from warehouse.event_log import Appended, Run, record_run
from warehouse.lock import Locked
from warehouse.store import open_log

LOG = dg.AssetKey(["log", "event_log"])
ANSWERS = "answers"
RETRIES = 2
_LOG_SIZE = "select (select count(*) from log.raw_records), (select count(*) from log.events)"
_REFUSED_BEFORE = "create or replace temp table refused_before as select quarantine_id from log.quarantine"
_REFUSED_NOW = "select count(*) from log.quarantine anti join refused_before using (quarantine_id) where source = ?"
_Results = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


def source_key(name: str) -> dg.AssetKey:
    """Return the asset key of a source."""
    return dg.AssetKey(["sources", name])


@dataclass(slots=True)
class Walk:
    """What one source gave, folder by folder.

    Attributes:
        refused: kept records that went to quarantine since its mapper changed.
        requests: sent to the vendor.
    """

    refused: int = 0
    requests: int = 0
    taken: list[Appended] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def quarantined(self) -> int:
        """Records that could not be mapped."""
        return self.refused + sum(done.quarantined for done in self.taken)

    def metadata(self, configured: int) -> dict[str, int]:
        """Return the counts that the page shows."""
        return {
            "configured_recordings": configured,
            "records_seen": sum(done.records_seen for done in self.taken),
            "new_records": sum(done.new_records for done in self.taken),
            "new_events": sum(done.new_events for done in self.taken),
            "quarantined": self.quarantined,
            "requests": self.requests,
        }


def ingest_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return an asset for every registered source, and the log after them."""
    return [*(_source_asset(settings, name) for name in sources()), _log_asset()]


def _source_asset(settings: Settings, name: str) -> dg.AssetsDefinition:
    key = source_key(name)
    spec = dg.AssetSpec(
        key,
        group_name="sources",
        description=f"What {name} told, read and appended to the log.",
        kinds={"python", name},
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=settings.freshness.stale_after_hours)
        ),
    )
    check = dg.AssetCheckSpec(ANSWERS, asset=key, description="The source could be read whole.", blocking=False)

    @dg.multi_asset(name=f"ingest_{name}", specs=[spec], check_specs=[check], required_resource_keys={"line"})
    def ingest(context: dg.AssetExecutionContext) -> _Results:
        shared: Line = context.resources.line
        folders = settings.recordings.get(name, ())
        walk = _walk(context, shared, name, folders)
        shared.progress(f"read {name}", 1, 1)
        yield dg.MaterializeResult(asset_key=key, metadata=walk.metadata(len(folders)) | {"stale": bool(walk.errors)})
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=ANSWERS,
            passed=not walk.errors,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(walk.errors) or None,
        )

    return ingest


def _walk(context: dg.AssetExecutionContext, shared: Line, name: str, folders: tuple[Path, ...]) -> Walk:
    """Take in every folder; one that fails does not keep the others from being read.

    Failures are noted after all that went well: a source's last run then tells whether it was read whole.
    """
    # Before anything is read: the intake would map anew as well, and nobody would hear of what it then refused.
    refused = _map_again(shared, [source_named(name)]).get(name, 0)
    walk, failed = Walk(refused), list[tuple[Intake, Exception]]()
    for folder in folders:
        intake = Intake(name, folder, COMMAND, shared.as_of)
        try:
            walk.taken.append(take_in(shared.settings, intake))
        except (WarehouseError, Locked):
            raise
        except (ConnectionError, TimeoutError) as error:
            if context.retry_number < RETRIES:
                raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=2**context.retry_number) from error
            failed.append((intake, error))
        # Whatever a vendor or its mapping does wrong is told in the check, in the log and in the exit code.
        except Exception as error:  # noqa: BLE001
            failed.append((intake, error))
    if name in shared.settings.sources:
        _collect(context, shared, name, walk)
    walk.errors += [_failed(context, shared, intake, error) for intake, error in failed]
    return walk


def _collect(context: dg.AssetExecutionContext, shared: Line, name: str, walk: Walk) -> None:
    """Collect from the vendor; whatever goes wrong there leaves the source stale, and the rest of the line runs."""

    def notice(text: str) -> None:
        context.log.info(text)
        shared.notice(text)

    try:
        collector = collector_of(shared.settings, name, network_of(shared.settings, notice))
    except SettingsError as error:
        walk.errors.append(_noted(shared, name, str(error)))
        return
    try:
        trip = Trip(COMMAND, shared.as_of)
        done = collect(shared.settings, source_named(name), collector, trip, progress=shared.progress)
    finally:
        collector.close()
    walk.taken.append(done.taken)
    walk.errors += done.errors
    walk.requests = done.requests


def _map_again(shared: Line, among: Iterable[Source]) -> dict[str, int]:
    """Map anew what is kept of each source whose mapper has changed; return how many records each newly refuses."""
    with open_log(shared.settings, command=f"storyline {COMMAND}", since=shared.as_of) as connection:
        connection.execute(_REFUSED_BEFORE)
        renewed = refresh_projection(connection, among)
        return {name: int(connection.execute(_REFUSED_NOW, [name]).fetchall()[0][0]) for name in renewed}


def _failed(context: dg.AssetExecutionContext, shared: Line, intake: Intake, error: Exception) -> str:
    told = isinstance(error, RecordingError)
    reason = str(error) if told else f"{intake.folder} could not be read: {type(error).__name__}: {error}"
    context.log.warning(reason, exc_info=None if told else error)
    return _noted(shared, intake.source, reason)


def _noted(shared: Line, source: str, reason: str) -> str:
    """Note in the log that a source failed, and return the reason."""
    run = Run(command=COMMAND, as_of=shared.as_of, source=source, status="failed", error=reason)
    with open_log(shared.settings, command=f"storyline {COMMAND}", since=shared.as_of) as connection:
        record_run(connection, run)
    return reason


def _log_asset() -> dg.AssetsDefinition:
    @dg.asset(
        key=LOG,
        deps=[source_key(name) for name in sources()],
        group_name="log",
        description="Every raw record and event, append-only, and the moment that they stand for.",
        kinds={"duckdb"},
        required_resource_keys={"line"},
    )
    def event_log(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        shared: Line = context.resources.line
        # The sources that this run does not read.
        renewed = _map_again(shared, sources().values())
        with open_log(shared.settings, command=f"storyline {COMMAND}", since=shared.as_of) as connection:
            record_run(connection, Run(command=COMMAND, as_of=shared.as_of))
            records, events = connection.execute(_LOG_SIZE).fetchall()[0]
        # A table that names no source is walked by no step: only here a run can say so.
        unread = list(strays(shared.settings))
        for sentence in unread:
            context.log.warning(sentence)
        counts = {"raw_records": int(records), "events": int(events), "quarantined": sum(renewed.values())}
        return dg.MaterializeResult(
            metadata={**counts, "mapped_again": ", ".join(renewed), "not_read": "; ".join(unread)}
        )

    return event_log
