"""The comments that the marts call for now, each with the ticket that it belongs on."""

from collections.abc import Sequence

import duckdb
import polars as pl

from pipelines.outbox.message import draft
from pipelines.settings import Settings
from pipelines.summaries.lines import Terms
from pipelines.summaries.stories import Marts, packs
from pipelines.summaries.template import comment
from warehouse.outbox import Draft

_NEEDED = ("fct_stories", "fct_story_stages", "fct_rollout_steps", "fct_story_impact")
_REQUESTS = "fct_top_requests"
_BUILT = "select table_name from information_schema.tables where table_schema = 'marts'"
_TOLD = "select distinct story_key from marts.fct_story_impact"
_STORIES = f"""
select * from marts.fct_stories
where story_key in ({_TOLD}) or origin_story_key in ({_TOLD})
order by story_key
"""


def due_comments(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, only: Sequence[str] = (), is_backfill: bool = False
) -> list[Draft]:  # fmt: skip
    """Return what is to be said of each story whose time has come, none of a ticket that is deleted.

    Args:
        connection: the writer's; the marts are whole.
        only: of these stories, where any are named.
        is_backfill: stories that shipped before comments were switched on are asked for.
    """
    built = {str(name) for (name,) in connection.execute(_BUILT).fetchall()}
    if not built.issuperset(_NEEDED):
        return []
    marts = _marts(connection, has_requests=_REQUESTS in built)
    places = {row["story_key"]: row for row in marts.stories.iter_rows(named=True) if not row["is_deleted"]}
    terms = Terms(
        settings.summaries.locale, settings.summaries.time_zone, settings.impact.adoption_days,
        settings.flags.first_users_percentage,
    )  # fmt: skip
    return [
        draft(comment(pack), places[pack.story_key], is_backfill=is_backfill)
        for pack in packs(marts, terms)
        if pack.story_key in places and (not only or pack.story_key in only)
    ]


def _marts(connection: duckdb.DuckDBPyConnection, *, has_requests: bool) -> Marts:
    def of_told(mart: str) -> pl.DataFrame:
        return connection.execute(f"select * from marts.{mart} where story_key in ({_TOLD}) order by all").pl()

    empty = {"story_key": pl.String, "theme": pl.String, "people": pl.Int64, "mentions": pl.Int64}
    return Marts(
        stories=connection.execute(_STORIES).pl(),
        stages=of_told("fct_story_stages"),
        steps=connection.execute("select * from marts.fct_rollout_steps order by all").pl(),
        impact=of_told("fct_story_impact"),
        requests=of_told(_REQUESTS) if has_requests else pl.DataFrame(schema=empty),
    )
