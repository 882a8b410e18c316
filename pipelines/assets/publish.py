"""The end of the line: the file that every reader opens, and the report over it."""

from collections.abc import Sequence

import dagster as dg

from pipelines.assets.line import Line
from warehouse.serving import publish

SERVING = dg.AssetKey(["serving", "serving_file"])
REPORT = dg.AssetKey(["serving", "report"])


def publish_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that publishes the marts. A failed test of theirs keeps it, and so the old version, as it is."""

    @dg.asset(
        key=SERVING,
        deps=marts,
        group_name="serving",
        description="The marts in a file of their own, behind a link that is swung in one step.",
        kinds={"duckdb"},
        required_resource_keys={"line"},
    )
    def serving_file(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        shared: Line = context.resources.line
        shared.progress("publish", 0, 1)
        published = publish(shared.settings)
        shared.progress("publish", 1, 1)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(published.path),
                "marts": published.tables,
                "dagster/row_count": published.rows,
            }
        )

    return serving_file


def report() -> dg.AssetSpec:
    """Return the report: not built by a run, but the reason for it."""
    return dg.AssetSpec(
        REPORT,
        deps=[SERVING],
        group_name="serving",
        description="The Streamlit report, which reads the marts in the serving file.",
        kinds={"streamlit"},
    )
