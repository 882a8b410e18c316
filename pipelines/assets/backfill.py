"""Product events of days gone by: a job of its own with a partition a day, so that each can be seen and run again.

The nightly goes on where it was; this job asks for a whole day whatever is known of it, and moves no cursor.
"""

from datetime import date, timedelta

import dagster as dg

from pipelines.assets.line import Line
from pipelines.clock import parse_time
from pipelines.collect import Trip, collect
from pipelines.connections import collectable, collector_of, network_of
from pipelines.settings import Settings, SettingsError
from pipelines.sources.base import UsageSource
from pipelines.sources.live import BackfillCollector
from pipelines.sources.registry import source_named

COMMAND = "backfill"
_FIRST_DAY = date(2020, 1, 1)


def backfill_jobs(settings: Settings, line: dg.ResourceDefinition) -> list[dg.JobDefinition]:
    """Return a job for each source of product events."""
    return [_job(settings, name, line) for name, source in collectable().items() if isinstance(source, UsageSource)]


def _job(settings: Settings, name: str, line: dg.ResourceDefinition) -> dg.JobDefinition:
    told = settings.sources.get(name, {}).get("begins_on")
    days = dg.DailyPartitionsDefinition(str(told or _FIRST_DAY), timezone="UTC")

    @dg.op(name=f"export_{name}_day", required_resource_keys={"line"})
    def export_day(context: dg.OpExecutionContext) -> None:
        shared: Line = context.resources.line
        first = parse_time(context.partition_key)
        try:
            collector = collector_of(shared.settings, name, network_of(shared.settings, context.log.info))
        except SettingsError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        try:
            assert isinstance(collector, BackfillCollector), "a source of product events can be asked for any day"
            span = (first, first + timedelta(days=1))
            done = collect(shared.settings, source_named(name), collector, Trip(COMMAND, shared.as_of), span=span)
        finally:
            collector.close()
        context.log.info(f"{done.taken.records_seen} hours, {done.requests} requests")
        if done.errors:
            raise dg.Failure("; ".join(done.errors))

    @dg.job(
        name=f"{name}_backfill",
        partitions_def=days,
        executor_def=dg.in_process_executor,
        resource_defs={"line": line},
        description=f"Exports the days of {name} that are chosen, each again whatever is known of it.",
    )
    def backfill() -> None:
        export_day()

    return backfill
