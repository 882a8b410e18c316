"""Comments on tickets as a step of the night: after the marts, before they are published. It never fails the night."""

import traceback
from collections.abc import Sequence

import dagster as dg

from pipelines.assets.line import Line
from pipelines.outbox.delivered import Delivered
from pipelines.writeback import by_night

COMMENTS = dg.AssetKey(["serving", "ticket_comments"])


def comments_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that makes comments of the marts and, where the mode allows it, writes them on tickets."""

    @dg.asset(
        key=COMMENTS,
        deps=marts,
        group_name="serving",
        description="The comment on each story's ticket, exactly once: made, and written where the mode allows it.",
        required_resource_keys={"line"},
    )
    def ticket_comments(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        shared: Line = context.resources.line
        try:
            done = by_night(shared.settings)
        # Whatever is wrong here, the marts are whole and have to be published; it is told, and on the page in full.
        except Exception as error:  # noqa: BLE001
            context.log.error(traceback.format_exc())
            why = " ".join(str(error).split())
            done = Delivered(troubles=[f"No comment was written: {type(error).__name__}: {why}"])
        for trouble in done.troubles:
            context.log.warning(trouble)
        counts = {"posted": done.posted, "made": done.made, "updated": done.updated, "found": done.found}
        told = {**counts, "sent": done.sent, "waiting": len(done.waiting)}
        return dg.MaterializeResult(metadata={**told, "sentences": "\n".join(done.sentences)})

    return ticket_comments
