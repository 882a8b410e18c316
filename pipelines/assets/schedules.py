"""The nightly job, when it starts, and what is said when it fails."""

import dagster as dg

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="Ingest, transform, publish. Safe to start again after any crash.",
)

every_night = dg.ScheduleDefinition(
    name="every_night",
    job=nightly,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.run_failure_sensor(
    name="a_run_failed",
    monitored_jobs=[nightly],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Says in its own log why a run failed, and that readers still see the version before.",
)
def a_run_failed(context: dg.RunFailureSensorContext) -> None:
    """Tell of a failed run."""
    context.log.error(
        f"{context.dagster_run.job_name} failed: {context.failure_event.message}. "
        "What readers see is the version before; `storyline doctor` says more."
    )
