"""The same night as most people would write it: Dagster's default executor, a process a step, and dagster-dbt.

Nothing is slowed down: the manifest is made beforehand, dbt parses only what changed, and storage is Dagster's default.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from pipelines.clock import now
from pipelines.ingest import Intake, take_in
from pipelines.settings import load_settings
from pipelines.variables import variables
from warehouse.event_log import newest_as_of
from warehouse.serving import publish
from warehouse.store import open_log

SETTINGS = load_settings()
LOG = dg.AssetKey("event_log")


class _OneLog(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return LOG if dbt_resource_props["resource_type"] == "source" else super().get_asset_key(dbt_resource_props)


@dg.asset(key=LOG)
def event_log() -> None:
    """Take in every recording, one after the other: two processes could not write at once."""
    for name, folders in SETTINGS.recordings.items():
        for folder in folders:
            take_in(SETTINGS, Intake(name, folder, "nightly", now()))


@dbt_assets(
    manifest=SETTINGS.dbt_target / "manifest.json",
    dagster_dbt_translator=_OneLog(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)),
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build and test as the nightly does, in a process of dbt's own."""
    with open_log(SETTINGS, command="nightly", since=now()) as connection:
        as_of = newest_as_of(connection)
    yield from dbt.cli(["build", "--vars", json.dumps(variables(SETTINGS, as_of))], context=context).stream()


@dg.asset(deps=[models])
def serving_file() -> None:
    """Publish as the nightly does."""
    publish(SETTINGS)


defs = dg.Definitions(
    assets=[event_log, models, serving_file],
    jobs=[dg.define_asset_job("ordinary_night")],
    resources={
        "dbt": DbtCliResource(
            project_dir=str(SETTINGS.dbt_project),
            profiles_dir=str(SETTINGS.dbt_project),
            target_path=SETTINGS.dbt_target,
        )
    },
)
