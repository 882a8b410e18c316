"""What product analytics are told of stories: that one shipped, each step of its rollout, and what was measured.

Keys, figures and fixed words alone: a title is somebody's text, and a person is nobody's business there.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.events.ids import canonical_json, content_hash
from pipelines.measured import facts_of, measured_rows
from pipelines.outbox.message import message_id
from pipelines.outbox.payload import Payload, Value
from pipelines.settings import Settings
from pipelines.writeback_sites import Site, site_of
from warehouse.outbox import Draft

Row = Mapping[str, Any]
# Of the payloads: raised when another one comes out of equal rows.
_VERSION = "analytics 1"
_NOTHING_FINAL = ("too_early", "rolled_back")
_PRIMARY = ("value", "comparison_value", "ratio", "difference", "ci_low", "ci_high")
_BUILT = "select table_name from information_schema.tables where table_schema = 'marts'"
_NEEDED = {"fct_stories", "fct_rollout_steps", "fct_story_impact"}
# A ticket that moved goes on under the key by which it was first told of: under another it would be told anew.
_KEYS = """
select stories.story_key, coalesce(min(messages.story_key), stories.story_key) as told_as
from marts.fct_stories as stories
left join {former} as former on stories.story_key = former.story_key
left join outbox.messages as messages
    on former.ticket_key = messages.story_key and list_contains($kinds::varchar[], messages.kind)
group by stories.story_key
"""
_HAS_FORMER = """
select count(*) from information_schema.tables where table_schema = 'intermediate' and table_name = 'int_ticket_keys'
"""
_FORMER = "(select ticket_key, story_key from intermediate.int_ticket_keys where is_former)"
_NO_FORMER = "(select null::varchar as ticket_key, null::varchar as story_key)"
_SHIPPED = """
with whole as (
    select unnest(story_keys) as story_key, epoch
    from marts.fct_rollout_steps where is_production and is_unbroken_full
),

epochs as (
    select story_key, max(epoch) as epoch from whole group by story_key
)

select
    stories.story_key, stories.ticket_key, stories.project_key, stories.full_rollout_at, stories.production_at,
    stories.idea_lead_time_seconds, stories.story_cycle_time_seconds, stories.total_seconds,
    epochs.story_key is not null as has_flag, coalesce(epochs.epoch, 1) as epoch
from marts.fct_stories as stories
left join epochs on stories.story_key = epochs.story_key
where stories.full_rollout_at is not null and stories.is_measured and not stories.is_deleted
order by stories.full_rollout_at, stories.story_key
"""
_STEPS = """
with steps as (
    select * exclude (story_key), unnest(story_keys) as story_key from marts.fct_rollout_steps
)

select steps.*, stories.ticket_key, stories.project_key
from steps
inner join marts.fct_stories as stories on steps.story_key = stories.story_key
where
    steps.is_production and steps.kind in ('raise', 're_raise', 'rollback') and steps.percentage is not null
    and stories.is_measured and not stories.is_deleted
order by steps.started_at, steps.story_key, steps.flag_key, steps.environment
"""


@dataclass(slots=True)
class Drafted:
    """What is to be told, and what is not, with its reason by what it is about."""

    drafts: list[Draft] = field(default_factory=list)
    withheld: dict[str, str] = field(default_factory=dict)


def analytics_drafts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, only: Sequence[str] = (), is_backfill: bool = False
) -> Drafted:  # fmt: skip
    """Return what product analytics are to be told by the marts; nothing where that is not switched on.

    Args:
        connection: the writer's; the marts are whole.
        only: of these stories, where any are named.
        is_backfill: what happened before it was switched on is asked for.
    """
    kinds, done = settings.writeback.analytics.kinds, Drafted()
    built = {str(name) for (name,) in connection.execute(_BUILT).fetchall()}
    if not (settings.writeback.analytics.enabled and kinds and built >= _NEEDED):
        return done
    site = site_of(settings, kinds[0])
    if isinstance(site, str):
        done.withheld["analytics"] = site
        return done
    making = _Making(connection, settings, site, is_backfill=is_backfill)
    done.drafts = [one for one in making.drafts() if one.kind in kinds and (not only or one.story_key in only)]
    return done


class _Making:
    """Makes drafts of the rows of the marts."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, site: Site, *, is_backfill: bool
    ) -> None:  # fmt: skip
        self._connection, self._site, self._is_backfill = connection, site, is_backfill
        self._analytics, self._adoption_days = settings.writeback.analytics, settings.impact.adoption_days
        ((has_former,),) = connection.execute(_HAS_FORMER).fetchall()
        keys = _KEYS.format(former=_FORMER if has_former else _NO_FORMER)
        told = connection.execute(keys, {"kinds": list(settings.writeback.analytics.kinds)}).fetchall()
        self._told_as = {str(key): str(told_as) for key, told_as in told}

    def drafts(self) -> Iterator[Draft]:
        """Yield all of every kind."""
        for row in self._rows(_SHIPPED):
            yield self._shipped(row)
            yield from self._marks(row)
        for row in self._rows(_STEPS):
            yield self._step(row)
        told_before = self._measured_before()
        for row in measured_rows(self._connection, self._adoption_days):
            draft = self._measured(row)
            # That nothing may be claimed is told too. What was taken back is told only to correct what was told.
            if row["answer"] not in _NOTHING_FINAL or draft.message_id in told_before:
                yield draft

    def _shipped(self, row: Row) -> Draft:
        properties = {
            "story_key": self._key(row), "project": row["project_key"], "rollout": row["epoch"],
            "has_flag": row["has_flag"], "production_at": _iso(row["production_at"]),
            "idea_lead_time_seconds": _rounded(row["idea_lead_time_seconds"]),
            "story_cycle_time_seconds": _rounded(row["story_cycle_time_seconds"]),
            "total_seconds": _rounded(row["total_seconds"]),
        }  # fmt: skip
        return self._draft("story_shipped", row, "Story Shipped", row["full_rollout_at"], properties, row["epoch"])

    def _marks(self, row: Row) -> Iterator[Draft]:
        key, again = self._key(row), f" (rollout {row['epoch']})" if row["epoch"] > 1 else ""
        told: dict[str, Value] = {
            "title": f"{key}: all users have it{again}", "details": "Told by Storyline.", "version": f"{key}{again}"
        }  # fmt: skip
        yield self._draft("annotation", row, "Note on charts", row["full_rollout_at"], told, row["epoch"])
        yield self._draft("release", row, "Release", row["full_rollout_at"], told, row["epoch"])

    def _step(self, row: Row) -> Draft:
        properties = {
            "story_key": self._key(row), "project": row["project_key"], "flag_key": row["flag_key"],
            "environment": row["environment"], "rollout": row["epoch"], "step": row["step"],
            "percentage": row["percentage"], "step_kind": row["kind"], "is_rollback": row["is_rollback"],
        }  # fmt: skip
        # By its moment: what is learnt later of what was before it changes how steps are counted.
        part = (row["flag_key"], row["environment"], str(_iso(row["started_at"])))
        return self._draft("rollout_step", row, "Rollout Step", row["started_at"], properties, row["epoch"], *part)

    def _measured(self, row: Row) -> Draft:
        occurred_at = min(filter(None, (row["window_end"], row["as_of"])))
        properties = {
            "story_key": self._key(row), "project": row["project_key"], "flag_key": row["flag_key"],
            "rollout": row["epoch"], "metric": row["metric"], "audience": row["audience"], "answer": row["answer"],
            "grade": row["evidence_grade"], "unit": row["unit"], **{name: _rounded(row[name]) for name in _PRIMARY},
            "ci_of": row["ci_of"], "n": row["n"], "n_comparison": row["n_comparison"], "method": row["method"],
            "definition_version": row["definition_version"],
        }  # fmt: skip
        told = {**row, "shipped_at": row["full_rollout_at"] or occurred_at}
        part = (row["flag_key"] or "", row["audience"], row["metric"])
        return self._draft("impact_measured", told, "Impact Measured", occurred_at, properties, row["epoch"], *part)

    def _draft(
        self, kind: str, row: Row, name: str, occurred_at: datetime, properties: Mapping[str, Value], epoch: int,
        *part: str,
    ) -> Draft:  # fmt: skip
        key, is_mark = self._key(row), kind in ("annotation", "release")
        payload = Payload(name, str(_iso(occurred_at)), "" if is_mark else self._device(key), properties)
        facts = facts_of(row if kind == "impact_measured" else None)
        return Draft(
            # A step is of its moment, whichever rollout it is counted to; all else of its rollout.
            message_id=message_id(key, kind, 0 if kind == "rollout_step" else epoch, _VERSION, *part),
            story_key=key, kind=kind, epoch=epoch, definition_version=row.get("definition_version") or _VERSION,
            source=self._site.source, instance=self._site.instance, ticket_key=row["ticket_key"],
            project_key=row["project_key"] or row["ticket_key"].rpartition("-")[0], is_backfill=self._is_backfill,
            shipped_at=row.get("shipped_at") or occurred_at, body=payload.plain, document=canonical_json(payload.told),
            content_hash=content_hash(payload.told), facts=facts, facts_digest=content_hash(payload.told),
            author="template", is_final=True,
        )  # fmt: skip

    def _device(self, key: str) -> str:
        shard = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % self._analytics.device_shards
        return f"{self._analytics.device_prefix}-{shard:03}"

    def _key(self, row: Row) -> str:
        return self._told_as[row["story_key"]]

    def _measured_before(self) -> set[str]:
        asked = "select message_id from outbox.messages where kind = 'impact_measured'"
        return {str(one) for (one,) in self._connection.execute(asked).fetchall()}

    def _rows(self, asked: str) -> list[dict[str, Any]]:
        return self._connection.execute(asked).pl().to_dicts()


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else float(f"{figure:.6g}")
