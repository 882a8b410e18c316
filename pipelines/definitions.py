"""Settings to assets: the one file that knows every part of the line."""

import dagster as dg

from pipelines.assets.alerts import alerts_asset
from pipelines.assets.backfill import backfill_jobs
from pipelines.assets.checks import log_checks
from pipelines.assets.comments import COMMENTS, comments_asset
from pipelines.assets.dbt import dbt_assets, graph
from pipelines.assets.dead_runs import burial
from pipelines.assets.ingest import ingest_assets
from pipelines.assets.line import line
from pipelines.assets.publish import publish_asset, report
from pipelines.assets.schedules import a_run_failed, every_night, nightly
from pipelines.models import manifest
from pipelines.progress import Notice, Stages, unheard, unwatched
from pipelines.settings import Settings, load_settings


def definitions(settings: Settings, progress: Stages = unwatched, notice: Notice = unheard) -> dg.Definitions:
    """Return everything that Dagster knows of this installation.

    All steps run in one process: DuckDB lets only one process write, and a process per step costs a minute a night.

    Raises:
        ModelsError: a model cannot be read.
    """
    models = graph(manifest(settings), has_unit_tests=settings.has_own_models)
    shared = line(settings, progress, notice)
    return dg.Definitions(
        executor=dg.in_process_executor,
        assets=[
            *ingest_assets(settings),
            dbt_assets(models),
            alerts_asset(models.marts),
            comments_asset(models.marts),
            # What became of the comments is a mart too.
            publish_asset([*models.marts, COMMENTS]),
            report(),
        ],
        asset_checks=[log_checks(settings)],
        jobs=[nightly, *backfill_jobs(settings, shared)],
        schedules=[every_night],
        sensors=[a_run_failed, burial(settings)],
        resources={"line": shared},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for Dagster's own page, from the settings of the working folder."""
    return definitions(load_settings())
