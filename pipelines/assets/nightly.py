"""The nightly job from a terminal: the same job as on Dagster's page, run in this process."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.assets.alerts import ALERTS
from pipelines.assets.checks import FRESH
from pipelines.assets.comments import COMMENTS
from pipelines.assets.dbt import TRANSFORM
from pipelines.assets.dead_runs import bury_the_dead
from pipelines.assets.ingest import ANSWERS, source_key
from pipelines.assets.line import COMMAND
from pipelines.assets.publish import SERVING
from pipelines.connections import strays
from pipelines.definitions import definitions
from pipelines.models import ModelsError
from pipelines.progress import Notice, Stages, unheard, unwatched
from pipelines.settings import Settings, exported
from pipelines.sources.registry import source_named, sources
from warehouse.lock import exclusive

if TYPE_CHECKING:
    from dagster._core.execution.plan.objects import StepFailureData

DONE, FAILED, DONE_WITH_LOSSES, NOT_PUBLISHED = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class NightlyOutcome:
    """How a night ended.

    Attributes:
        exit_code: 0 done; 1 the job itself broke; 3 published, but a source failed or records went to quarantine;
            4 nothing published, because a key, contract or invariant test failed.
        sentences: what a person should read.
    """

    exit_code: int
    sentences: tuple[str, ...]


def run_nightly(
    settings: Settings,
    *,
    sources: Sequence[str] = (),
    as_of: datetime,
    progress: Stages = unwatched,
    notice: Notice = unheard,
) -> NightlyOutcome:
    """Take in, transform and publish, as one run that Dagster's page shows like its own.

    Args:
        sources: read only these; every source where empty.
        as_of: the moment that this night stands for.
        progress: told of each source, model and test that ends.
        notice: told what a vendor is waited for.

    Raises:
        UnknownSourceError: there is no such source.
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    chosen = [source_named(name).name for name in sources]
    with (
        exclusive(settings.lock, command=f"storyline {COMMAND}", since=as_of),
        exported(DAGSTER_HOME=str(prepare_home(settings))),
        dg.DagsterInstance.get() as instance,
    ):
        bury_the_dead(instance)
        try:
            job = definitions(settings, progress, notice).resolve_job_def("nightly")
        # The models are assets too: unread, there is no run in which anything could be taken in.
        except ModelsError as error:
            return NightlyOutcome(NOT_PUBLISHED, (f"Nothing was taken in and nothing published: {error}",))
        result = job.execute_in_process(
            instance=instance,
            asset_selection=_selection(job, chosen) if chosen else None,
            run_config=_run_config(as_of),
            raise_on_error=False,
        )
    return _outcome(result, strays(settings))


def prepare_home(settings: Settings) -> Path:
    """Make DAGSTER_HOME with the project's own `dagster.yaml` and return it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("dagster.yaml"), settings.dagster_home / "dagster.yaml")
    return settings.dagster_home


def _run_config(as_of: datetime) -> dict[str, object]:
    return {
        "resources": {"line": {"config": {"as_of": as_of.isoformat()}}},
        # A terminal shows progress and sentences; every event is on Dagster's page.
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


def _selection(job: dg.JobDefinition, chosen: Sequence[str]) -> list[dg.AssetKey]:
    """Return every asset of the job but the sources that were not asked for."""
    left_out = {source_key(name) for name in sources()} - {source_key(name) for name in chosen}
    return sorted(set(job.asset_layer.executable_asset_keys) - left_out)


def _outcome(result: dg.ExecuteInProcessResult, unread: Iterable[str]) -> NightlyOutcome:
    told = [*unread, *_losses(result)]
    code = DONE_WITH_LOSSES if told else DONE
    told += [f"{_name(check)} is stale: {check.description}." for check in _failed(result, FRESH)]
    made = _metadata(result)
    told += alerted(made.get(ALERTS, {}))
    told += str(made.get(COMMENTS, {}).get("sentences") or "").splitlines()
    published = made.get(SERVING)
    if published:
        told.append(
            f"Published {published['marts']} tables, {published['dagster/row_count']:,} rows: {published['path']}"
        )
        return NightlyOutcome(code, tuple(told))
    failures = {str(event.step_key): event.step_failure_data for event in result.get_step_failure_events()}
    told += [_reason(step, failure) for step, failure in failures.items()]
    return NightlyOutcome(NOT_PUBLISHED if TRANSFORM in failures else FAILED, tuple(told))


def alerted(told: dict[str, Any]) -> Iterator[str]:
    """Say how many alerts were sent, and which were not: that is no loss of the line's, so it changes no exit code."""
    if told.get("sent"):
        yield (
            "1 alert about a rollout was sent."
            if told["sent"] == 1
            else f"{told['sent']} alerts about rollouts were sent."
        )
    yield from str(told.get("troubles") or "").splitlines()


def _losses(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """Say which sources failed and what went to quarantine in this run."""
    for check in _failed(result, ANSWERS):
        yield f"{_name(check)} failed and is stale: {check.description}"
    for key, metadata in _metadata(result).items():
        if metadata.get("quarantined"):
            records = "1 record" if metadata["quarantined"] == 1 else f"{metadata['quarantined']:,} records"
            who = metadata.get("mapped_again") or key.path[-1]
            yield f"{who}: {records} went to quarantine; fct_quarantine tells why."


def _reason(step: str, failure: "StepFailureData") -> str:
    """Say in one sentence why a step failed: a `Failure` tells it itself, of anything else the first line must do."""
    told = failure.user_failure_data
    if told and told.description:
        return told.description
    cause = failure.error.cause or failure.error if failure.error else None
    reason = cause.message.strip().splitlines()[0] if cause else "no reason given"
    return f"{step} failed: {reason}; `storyline dagster` shows where"


def _failed(result: dg.ExecuteInProcessResult, name: str) -> list[dg.AssetCheckEvaluation]:
    return [check for check in result.get_asset_check_evaluations() if check.check_name == name and not check.passed]


def _name(check: dg.AssetCheckEvaluation) -> str:
    return check.asset_key.path[-1]


def _metadata(result: dg.ExecuteInProcessResult) -> dict[dg.AssetKey, dict[str, Any]]:
    """Return what each asset that this run made says of itself."""
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {one.asset_key: {name: value.value for name, value in one.metadata.items()} for one in made}
