"""The alert hook as a step of the night: after the marts, beside their publication. It never fails the night."""

from collections.abc import Sequence

import dagster as dg

from pipelines.alerts import send_alerts
from pipelines.assets.line import Line

ALERTS = dg.AssetKey(["serving", "rollout_alerts"])


def alerts_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that alerts a chat to changed verdicts on rollouts."""

    @dg.asset(
        key=ALERTS,
        deps=marts,
        group_name="serving",
        description="One message for each verdict on a rollout that changed for the worse, or back.",
        required_resource_keys={"line"},
    )
    def rollout_alerts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        shared: Line = context.resources.line
        done = send_alerts(shared.settings)
        for trouble in done.troubles:
            context.log.warning(trouble)
        return dg.MaterializeResult(metadata={"sent": done.sent, "troubles": "\n".join(done.troubles)})

    return rollout_alerts
