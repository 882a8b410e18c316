"""The comments that the marts call for now, each with the ticket that it belongs on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.language_models import language_model
from pipelines.model_ledger import ModelLedger
from pipelines.outbox.message import draft
from pipelines.settings import Settings
from pipelines.summaries.facts import FactPack
from pipelines.summaries.lines import Terms
from pipelines.summaries.next_steps import NUMBERS
from pipelines.summaries.stories import Marts, packs
from pipelines.summaries.template import comment
from pipelines.summaries.wording import worded
from pipelines.writeback_settings import FOLLOW_UP
from warehouse import outbox
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


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be said of a story: its facts, its ticket's row of fct_stories, and the template's own words."""

    pack: FactPack
    place: Mapping[str, Any]
    draft: Draft


def due_comments(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, only: Sequence[str] = (), is_backfill: bool = False
) -> list[Due]:  # fmt: skip
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
        settings.flags.first_users_percentage, settings.writeback.follow_ups.least_people,
        settings.writeback.follow_ups.adoption_target,
    )  # fmt: skip
    return [
        Due(pack, places[pack.story_key], draft(comment(pack), places[pack.story_key], is_backfill=is_backfill))
        for pack in packs(marts, terms)
        if pack.story_key in places and (not only or pack.story_key in only)
    ]


@contextmanager
def wording(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Callable[[Due], Draft]]:
    """Hold what words comments: the language model of the settings where its key is there, else the template.

    Raises:
        SettingsError: the model cannot be asked by these settings.
    """
    with language_model(settings) as model:
        ledger, budget = ModelLedger(connection), settings.summaries.monthly_budget_usd

        def say(due: Due) -> Draft:
            told = worded(due.pack, model, ledger, budget)
            return draft(told, due.place, is_backfill=due.draft.is_backfill)

        yield say


def _marts(connection: duckdb.DuckDBPyConnection, *, has_requests: bool) -> Marts:
    def of_told(mart: str) -> pl.DataFrame:
        return connection.execute(f"select * from marts.{mart} where story_key in ({_TOLD}) order by all").pl()

    empty: dict[str, Any] = {
        "story_key": pl.String, "theme": pl.String, "people": pl.Int64, "mentions": pl.Int64,
        "item_ids": pl.List(pl.String),
    }  # fmt: skip
    return Marts(
        stories=connection.execute(_STORIES).pl(),
        stages=of_told("fct_story_stages"),
        steps=connection.execute("select * from marts.fct_rollout_steps order by all").pl(),
        impact=of_told("fct_story_impact"),
        requests=of_told(_REQUESTS) if has_requests else pl.DataFrame(schema=empty),
        taken_up=_taken_up(connection),
    )


def _taken_up(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str | None]]:
    """Return by story, and by a follow-up's reason, its key; null where it was deleted, or a person rejected it."""
    reasons = {number: reason for reason, number in NUMBERS.items()}
    found = dict[str, dict[str, str | None]]()
    rank = {outbox.SENT: 2, outbox.SUPERSEDED: 0, outbox.REJECTED: 0}
    messages = [one for one in outbox.messages(connection) if one.kind == FOLLOW_UP]
    # What still waits goes before what was taken back, and what is there before both.
    for message in sorted(messages, key=lambda one: rank.get(one.state, 1)):
        of_story = found.setdefault(message.story_key, {})
        if message.state in rank:
            of_story[reasons[message.epoch]] = message.remote_id if message.state == outbox.SENT else None
        else:
            of_story.pop(reasons[message.epoch], None)
    return found
