"""Takes what a collector walks into the log, step by step: records and cursors in one transaction.

A walk that dies leaves what its steps gave and where it stood; the next one goes on from there.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import duckdb

from pipelines.deletions import of_known_versions
from pipelines.ingest import refresh_projection
from pipelines.privacy import pseudonymised
from pipelines.progress import Stages, unwatched
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.base import Source, UsageSource
from pipelines.sources.live import BackfillCollector, Collector, RefusedError, Step, Target, VendorError
from pipelines.usage import begin, count_in, take_part
from warehouse import event_log
from warehouse.event_log import Appended, Checkpoint, Run
from warehouse.people import KeyedPseudonyms, pseudonyms, remember
from warehouse.segments_lines import BrokenFileError
from warehouse.store import open_log

_T = TypeVar("_T")

_KEYS = """
select distinct record_key
from log.current_records
where source = ? and instance = ? and stream = ? and starts_with(record_key, ?)
"""
_BODIES = """
select record_key, body
from log.current_records
where source = ? and instance = ? and stream = ? and list_contains(?::varchar[], record_key)
"""


@dataclass(frozen=True, slots=True)
class Trip:
    """On whose behalf a source is collected.

    Attributes:
        command: as `ingest` or `nightly`.
        as_of: the moment that what is read stands for.
    """

    command: str
    as_of: datetime


@dataclass(slots=True)
class Collected:
    """What a collection gave.

    Attributes:
        taken: the sums of its steps.
        errors: why it was not whole, a sentence each; empty where every target was walked to its end.
        requests: sent to the vendor.
    """

    taken: Appended = field(default_factory=Appended)
    errors: list[str] = field(default_factory=list)
    requests: int = 0


class LogMemory:
    """What the log knows of one site of a source. Implements `Memory`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: str, instance: str) -> None:
        self._connection, self._source, self._instance = connection, source, instance

    def cursor(self, walk: str) -> Any:
        """Return where a walk stands, None where it never began."""
        kept = event_log.read_checkpoint(self._connection, self._source, self._instance, walk)
        return None if kept is None else json.loads(kept)

    def keys(self, stream: str, prefix: str) -> Collection[str]:
        """Return the keys of the records of a stream that begin with `prefix`."""
        rows = self._connection.execute(_KEYS, [self._source, self._instance, stream, prefix]).fetchall()
        return {str(row[0]) for row in rows}

    def bodies(self, stream: str, keys: Collection[str]) -> Mapping[str, Any]:
        """Return the newest body of each of these records, by key."""
        rows = self._connection.execute(_BODIES, [self._source, self._instance, stream, sorted(keys)]).fetchall()
        return {str(key): json.loads(body) for key, body in rows}


def collect(
    settings: Settings,
    source: Source,
    collector: Collector,
    trip: Trip,
    *,
    progress: Stages = unwatched,
    span: tuple[datetime, datetime] | None = None,
) -> Collected:
    """Walk every target of a collector into the log, and note how it ended.

    A target that fails does not keep the others from being walked, but for a token that is refused. One run is
    written, at the end: a part of a source is not the source.

    Args:
        span: walk what is of this span of time instead of what is new. Such a run says nothing of freshness, so none
            is written.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    done = Collected()
    with open_log(settings, command=f"storyline {trip.command}", since=trip.as_of) as connection:
        refresh_projection(connection, [source])
        if isinstance(source, UsageSource):
            begin(connection, settings)
        walker = _Walker(settings, source, collector, trip, connection, done, progress, span)
        try:
            walker.walk_all()
        finally:
            done.requests = collector.requests
        if span is not None:
            return done
        reason = "; ".join(done.errors)
        status = "failed" if reason else "ok"
        run = Run(trip.command, trip.as_of, source.name, status, reason or None)
        event_log.record_run(connection, run, done.taken)
    return done


@dataclass(slots=True)
class _Walker:
    """One collection under way."""

    settings: Settings
    source: Source
    collector: Collector
    trip: Trip
    connection: duckdb.DuckDBPyConnection
    done: Collected
    progress: Stages
    span: tuple[datetime, datetime] | None = None
    people: KeyedPseudonyms = field(init=False)
    known_people: int = 0
    is_refused: bool = False

    def __post_init__(self) -> None:
        self.people = pseudonyms(self.settings)

    def walk_all(self) -> None:
        targets = self._tried(lambda: list(self.collector.targets()), self.source.name)
        for target in targets or ():
            if not self._walked(target):
                return

    def _walked(self, target: Target) -> bool:
        """Walk one target; return whether it makes sense to go on with the next."""
        memory = LogMemory(self.connection, self.source.name, target.instance)
        if self.span is None:
            steps = self.collector.walk(target, memory, self.trip.as_of)
        else:
            assert isinstance(self.collector, BackfillCollector), "only such a collector is asked for a span"
            steps = self.collector.backfill(target, *self.span, self.trip.as_of)
        while (step := self._next(steps, target)) is not None:
            try:
                self._append(step, target)
            except BrokenFileError as error:
                self.done.errors.append(f"{target.name} could not be read whole: {error}; the next run asks again")
                break
            self.progress(f"{self.source.name} {target.name}", *step.done)
        return not self.is_refused

    def _next(self, steps: Iterator[Step], target: Target) -> Step | None:
        return self._tried(lambda: next(steps, None), target.name)

    def _tried(self, ask: Callable[[], _T], what: str) -> _T | None:
        """Ask the vendor; what it does wrong is told, and nothing of the warehouse is caught here."""
        try:
            return ask()
        except VendorError as error:
            self.is_refused = isinstance(error, RefusedError)
            # Several targets of one vendor may fail alike: that is told once.
            if str(error) not in self.done.errors:
                self.done.errors.append(str(error))
        # Whatever else a vendor's answer breaks must not keep the other targets from being read.
        except Exception as error:  # noqa: BLE001
            self.done.errors.append(f"{what} could not be read: {type(error).__name__}: {error}")
        return None

    def _append(self, step: Step, target: Target) -> None:
        checkpoints = [Checkpoint(target.instance, walk, cursor) for walk, cursor in step.cursors.items()]
        if step.usage is not None:
            assert isinstance(self.source, UsageSource), "only a source of product events gives them"
            taken = take_part(
                self.connection, self.settings, self.source, self.people, step.usage,
                observed_at=self.trip.as_of, checkpoints=checkpoints,
            )  # fmt: skip
            count_in(self.done.taken, taken)
            return
        records = list(pseudonymised(self.source, step.records, self.people))
        # Before the append: a key in the log whose owner is unknown could never be resolved or erased.
        if len(self.people.seen) > self.known_people:
            remember(self.settings.people_database, self.people.seen[self.known_people :])
            self.known_people = len(self.people.seen)
        count_in(
            self.done.taken,
            event_log.append(
                self.connection,
                CatalogProjection(self.source),
                of_known_versions(self.connection, self.source.name, records, self.trip.as_of),
                observed_at=self.trip.as_of,
                run=None,
                checkpoints=checkpoints,
            ),
        )
