"""Builds and tests every model over the log with dbt, in this process, and notes how it ended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from pipelines import due, estimates
from pipelines.clock import now
from pipelines.failing_rows import failing_rows
from pipelines.ingest import refresh_projection
from pipelines.models import ModelsError, fingerprint, invoke, one_line, parse
from pipelines.nodes import NodeResult, ended, estimated
from pipelines.progress import Stages, unwatched
from pipelines.settings import Settings
from pipelines.variables import variables
from pipelines.verdicts import record_verdicts
from warehouse import estimates as kept
from warehouse import event_log, increments, results
from warehouse.lock import exclusive
from warehouse.store import open_log

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# What is done to what is chosen: built and tested, as each night; tested alone; or built alone.
Verb = Literal["build", "test", "run"]
_DERIVED = ("staging", "intermediate", "marts", "increments")


@dataclass(frozen=True, slots=True)
class TransformOutcome:
    """How a transform ended.

    Attributes:
        as_of: the moment that every age was counted from.
        nodes: every model and test that was chosen.
        error: why it failed, None when the marts may be published.
        renewed: the sources whose kept records were mapped again, since their mapper had changed.
        is_rest_unchanged: what is not among the nodes reads of nothing that is new: it is as the last transform left
            it, well.
    """

    as_of: datetime
    nodes: tuple[NodeResult, ...]
    error: str | None
    renewed: tuple[str, ...]
    is_rest_unchanged: bool

    @property
    def ok(self) -> bool:
        """Whether every model was built and every key, contract and invariant test passed. Warnings are well."""
        return self.error is None

    @property
    def sentences(self) -> list[str]:
        """Say what happened, for a person."""
        built = sum(node.is_model and node.status == "ok" for node in self.nodes)
        passed = sum(node.is_test and node.status == "ok" for node in self.nodes)
        warned = _warned(self.nodes)
        told = [f"Mapped the kept records of {', '.join(self.renewed)} again."] if self.renewed else []
        told.append(f"{built} models built, {passed} tests passed, as of {self.as_of:%Y-%m-%d %H:%M} UTC.")
        if self.is_rest_unchanged:
            told.append("Every other model and test reads of nothing that is new: they are as they were.")
        if warned:
            told.append(f"{len(warned)} tests warn: {', '.join(warned[:5])}.")
        if self.error:
            told.append(f"The transform failed, so nothing may be published: {self.error}.")
        return told


def transform(settings: Settings, *, progress: Stages = unwatched) -> TransformOutcome:
    """Build and test every model. Same as `run_dbt` on all of them."""
    return run_dbt(settings, progress=progress)


def rebuild(settings: Settings, *, progress: Stages = unwatched) -> TransformOutcome:
    """Drop every derived table, map the kept raw records again and build all.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    from pipelines.projection import CatalogProjection
    from pipelines.sources.registry import sources

    with exclusive(settings.lock, command="storyline rebuild", since=now()):
        known = sources()
        with open_log(settings, command="storyline rebuild", since=now()) as connection:
            # Never ended on purpose: killed from here on, the next night must neither publish nor be quiet.
            results.begin_transform(connection, as_of=_as_of(connection), is_partial=False, basis=results.Basis("", ""))
            for schema in _DERIVED:
                connection.execute(f"drop schema if exists {schema} cascade")
            kept.clear(connection)
            for number, source in enumerate(known.values(), start=1):
                event_log.project_again(connection, CatalogProjection(source))
                progress("map again", number, len(known))
        return run_dbt(settings, progress=progress)


def run_dbt(
    settings: Settings,
    *,
    select: Iterable[str] = (),
    verb: Verb = "build",
    only_if_new: bool = False,
    progress: Stages = unwatched,
) -> TransformOutcome:
    """Build and test the models over the log, as of the moment that the log stands for, and note how it ended.

    The warehouse is closed again when this returns, whatever happened.

    Args:
        select: dbt's node names; all of them where empty.
        verb: dbt's command: `test` for tests alone, as dbt builds no unit test without its model; `run` for models.
        only_if_new: where no model and no setting changed since the last transform, build and test only what reads
            of what is new in the log, what speaks of the moment, and what warned (`pipelines.due`). The marts are the
            same as those of a whole one.
        progress: told of each node that ends.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    chosen = list(select)
    is_partial = bool(chosen) or verb != "build"
    with exclusive(settings.lock, command="storyline transform", since=now()):
        with open_log(settings, command="storyline transform", since=now()) as connection:
            renewed = tuple(refresh_projection(connection))
            as_of = _as_of(connection)
            basis = results.Basis(fingerprint(settings), results.log_digest(connection))
            increments.follow(connection, basis.models)
            news = due.news(connection, basis, settings.database) if only_if_new and not is_partial else None
            number = results.begin_transform(connection, as_of=as_of, is_partial=is_partial, basis=basis)
        nodes, error = _Work(settings, as_of, verb, news, progress).done(chosen)
        with open_log(settings, command="storyline transform", since=now()) as connection:
            results.end_transform(connection, number, error=error, warned=_warned(nodes))
            if error is None and not is_partial:
                increments.settle(connection, number)
                record_verdicts(connection, as_of)
    return TransformOutcome(as_of, nodes, error, renewed, is_rest_unchanged=news is not None)


@dataclass(frozen=True, slots=True)
class _Work:
    """One transform: the facts by dbt, the estimates over them, and by dbt again the outcomes that read those.

    Attributes:
        news: what is new since the last whole transform; None where everything is due.
    """

    settings: Settings
    as_of: datetime
    verb: Verb
    news: due.News | None
    progress: Stages

    def done(self, chosen: list[str]) -> tuple[tuple[NodeResult, ...], str | None]:
        """Do it, for everything that is due unless somebody chose, and return how each node ended and what failed."""
        try:
            parsed = parse(self.settings)
        except ModelsError as error:
            return (), str(error)
        selected = chosen if self.news is None else due.names(parsed, self.news)
        halves = estimates.Halves(parsed, selected, is_partial=bool(chosen))
        nodes, why = self._half(halves.facts, parsed) if halves.has_facts else ((), None)
        if why is None:
            computed = tuple(self._estimated(halves)) if self.verb != "test" else ()
            outcomes = halves.outcomes(is_new=bool(computed))
            more, why = self._half(outcomes, parsed) if outcomes else ((), None)
            nodes = (*nodes, *computed, *more)
        return nodes, why

    def _estimated(self, halves: estimates.Halves) -> Iterator[NodeResult]:
        with open_log(self.settings, command="storyline transform", since=now()) as connection:
            for table, seconds in estimates.estimate(connection, halves.due, self.progress):
                yield estimated(table, seconds)

    def _half(self, arguments: list[str], parsed: "Manifest") -> tuple[tuple[NodeResult, ...], str | None]:
        is_sql_tested = self.verb != "run" and (self.news is not None or not self.settings.has_own_models)
        command = [self.verb, *arguments, "--no-write-json", *(due.TESTED_SQL if is_sql_tested else ())]
        known = variables(self.settings, self.as_of) | {"follows_log": True, "segments": str(self.settings.segments)}
        listener = _Listener(self.progress)
        result = invoke(self.settings, command, known, manifest=parsed, callback=listener)
        told = getattr(result.result, "results", ())
        rows = failing_rows(self.settings, told)
        nodes = tuple(ended(one, rows.get(one.node.unique_id)) for one in told)
        failed = [node for node in nodes if node.status == "failed"]
        if failed:
            more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
            return nodes, f"{failed[0].name}: {failed[0].message.rstrip('.')}{more}"
        return nodes, None if result.success else one_line(result.exception)


def _warned(nodes: Iterable[NodeResult]) -> list[str]:
    return [node.name for node in nodes if node.status == "warn"]


def _as_of(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return the moment of the newest run; of an empty log there is nothing to tell but its emptiness now."""
    return event_log.newest_as_of(connection) or now()


class _Listener:
    """Turns dbt's events into steps."""

    def __init__(self, progress: Stages) -> None:
        self._progress, self._done, self._total = progress, 0, 0

    def __call__(self, event: Any) -> None:
        """Take one event."""
        if event.info.name == "ConcurrencyLine":
            self._total = event.data.node_count
        elif event.info.name == "NodeFinished":
            self._done += 1
            self._progress("transform", self._done, self._total)
