"""Builds and tests every model over the log with dbt, in this process, and notes how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb

from pipelines import due
from pipelines.clock import now
from pipelines.failing_rows import failing_rows
from pipelines.ingest import refresh_projection
from pipelines.models import ModelsError, fingerprint, invoke, one_line, parse
from pipelines.progress import Stages, unwatched
from pipelines.settings import Settings
from pipelines.variables import variables
from warehouse import event_log, increments, results
from warehouse.lock import exclusive
from warehouse.store import open_log

Status = Literal["ok", "warn", "failed", "skipped"]

_DERIVED = ("staging", "intermediate", "marts", "increments")
_STATUSES: dict[str, Status] = {
    "success": "ok",
    "pass": "ok",
    "no-op": "ok",
    "warn": "warn",
    "skipped": "skipped",
}


def short_name(unique_id: str) -> str:
    """Return a node's name out of dbt's id; a unit test's id has its model's name before its own."""
    kind, _project, name, *rest = unique_id.split(".")
    return rest[0] if kind == "unit_test" else name


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model or test ended.

    Attributes:
        unique_id: dbt's name for it, as `model.storyline.fct_stories`.
        failures: rows that a test found wrong; 0 where none or not a test.
        seconds: time it took.
    """

    unique_id: str
    status: Status
    failures: int
    message: str
    seconds: float

    @property
    def name(self) -> str:
        """Its short name."""
        return short_name(self.unique_id)

    @property
    def is_test(self) -> bool:
        """Whether it tests rather than builds."""
        return self.unique_id.startswith(("test.", "unit_test."))


@dataclass(frozen=True, slots=True)
class TransformOutcome:
    """How a transform ended.

    Attributes:
        as_of: the moment that every age was counted from.
        nodes: every model and test that was chosen.
        error: why it failed, None when the marts may be published.
        renewed: the sources whose kept records were mapped again, since their mapper had changed.
        is_rest_unchanged: nothing was new, so what is not among the nodes is as the last transform left it: well.
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
        built = sum(not node.is_test and node.status == "ok" for node in self.nodes)
        passed = sum(node.is_test and node.status == "ok" for node in self.nodes)
        warned = [node.name for node in self.nodes if node.status == "warn"]
        told = [f"Mapped the kept records of {', '.join(self.renewed)} again."] if self.renewed else []
        told.append(f"{built} models built, {passed} tests passed, as of {self.as_of:%Y-%m-%d %H:%M} UTC.")
        if self.is_rest_unchanged:
            told.append("Nothing new: every other model and test is as it was.")
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
            for number, source in enumerate(known.values(), start=1):
                event_log.project_again(connection, CatalogProjection(source))
                progress("map again", number, len(known))
        return run_dbt(settings, progress=progress)


def run_dbt(
    settings: Settings,
    *,
    select: Iterable[str] = (),
    is_only_tested: bool = False,
    only_if_new: bool = False,
    progress: Stages = unwatched,
) -> TransformOutcome:
    """Build and test the models over the log, as of the moment that the log stands for, and note how it ended.

    The warehouse is closed again when this returns, whatever happened.

    Args:
        select: dbt's node names; all of them where empty.
        is_only_tested: test what is selected and build nothing; dbt builds no unit test without its model.
        only_if_new: where no model and no setting changed since the last transform, build and test only what reads
            of what is new in the log, what speaks of the moment, and what warned (`pipelines.due`). The marts are the
            same as those of a whole one.
        progress: told of each node that ends.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    chosen = list(select)
    with exclusive(settings.lock, command="storyline transform", since=now()):
        with open_log(settings, command="storyline transform", since=now()) as connection:
            renewed = tuple(refresh_projection(connection))
            as_of = _as_of(connection)
            basis = results.Basis(fingerprint(settings), results.log_digest(connection))
            increments.follow(connection, basis.models)
            news = due.news(connection, basis, settings.database) if only_if_new and not chosen else None
            number = results.begin_transform(connection, as_of=as_of, is_partial=bool(chosen), basis=basis)
        command = ["test" if is_only_tested else "build", "--no-write-json"]
        nodes, error = _invoke(settings, as_of, command, progress, chosen, news)
        warned_now = [node.name for node in nodes if node.status == "warn"]
        with open_log(settings, command="storyline transform", since=now()) as connection:
            results.end_transform(connection, number, error=error, warned=warned_now)
            if error is None and not chosen:
                increments.settle(connection, number)
    return TransformOutcome(as_of, nodes, error, renewed, is_rest_unchanged=news is not None)


def _invoke(
    settings: Settings,
    as_of: datetime,
    command: list[str],
    progress: Stages,
    chosen: list[str],
    news: due.News | None,
) -> tuple[tuple[NodeResult, ...], str | None]:
    try:
        parsed = parse(settings)
    except ModelsError as error:
        return (), str(error)
    selected = chosen if news is None else due.names(parsed, news)
    command = [*command, *(["--select", *selected] if selected else []), *([] if news is None else due.UNCHANGED_SQL)]
    result = invoke(settings, command, variables(settings, as_of), manifest=parsed, callback=_Listener(progress))
    results_of_dbt = getattr(result.result, "results", ())
    rows = failing_rows(settings, results_of_dbt)
    nodes = tuple(_node(one, rows.get(one.node.unique_id)) for one in results_of_dbt)
    failed = [node for node in nodes if node.status == "failed"]
    if failed:
        more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return nodes, f"{failed[0].name}: {failed[0].message.rstrip('.')}{more}"
    return nodes, None if result.success else one_line(result.exception)


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


def _node(result: Any, rows: str | None) -> NodeResult:
    message = one_line(result.message) if result.message else ""
    return NodeResult(
        unique_id=result.node.unique_id,
        status=_STATUSES.get(str(result.status), "failed"),
        failures=abs(result.failures or 0),
        message=f"found {rows}" if rows else message,
        seconds=result.execution_time,
    )
