"""Runs whose process was killed. Dagster calls them running for ever, and with one run at a time none would follow."""

from datetime import timedelta

import dagster as dg

from pipelines.clock import now
from pipelines.settings import Settings
from warehouse.lock import Locked, exclusive

# A run takes the lock seconds after it is called started; in that time it must not be taken for dead.
_TIME_TO_START = timedelta(minutes=10)
_CALLED_RUNNING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def bury_the_dead(instance: dg.DagsterInstance) -> None:
    """Call failed what still counts as running. The caller holds the lock that a living run would hold."""
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_CALLED_RUNNING)):
        instance.report_run_failed(run, "The process that ran it was killed.")


def burial(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that lets the schedule go on after a run was killed, though nobody starts a nightly by hand."""

    @dg.sensor(
        name="dead_runs_are_called_failed",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="A run whose process was killed is called failed, so that the next one starts.",
    )
    def dead_runs_are_called_failed(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        silent = dg.RunsFilter(statuses=_CALLED_RUNNING, updated_before=now() - _TIME_TO_START)
        # The lock is asked for only then: a writer that starts at this moment would find it taken.
        if not context.instance.get_runs_count(silent):
            return dg.SkipReason("no run has been running for long")
        try:
            with exclusive(settings.lock, command="storyline dagster", since=now()):
                bury_the_dead(context.instance)
        except Locked:
            return dg.SkipReason("the run is alive: it holds the lock")
        return dg.SkipReason("a dead run was called failed")

    return dead_runs_are_called_failed
