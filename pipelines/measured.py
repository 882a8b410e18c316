"""What was measured of stories, once it is final: the metric that is declared before for every story."""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipelines.events.ids import canonical_json

Row = Mapping[str, Any]
_ROLLED_BACK = "rolled_back"
_MEASURED = """
with told as (
    select impact.*, stories.ticket_key, stories.project_key, stories.full_rollout_at
    from marts.fct_story_impact as impact
    inner join marts.fct_stories as stories on impact.story_key = stories.story_key
    where impact.is_primary and stories.is_measured and not stories.is_deleted
    qualify row_number() over (
        partition by impact.story_key, impact.flag_key, impact.audience, impact.metric
        order by impact.epoch desc, impact.as_of desc
    ) = 1
)

select * from told
where
    is_mature
    and (answer = 'rolled_back' or as_of >= full_rollout_at + to_days($adoption_days::integer))
order by story_key, flag_key, audience, metric
"""


def measured_rows(connection: duckdb.DuckDBPyConnection, adoption_days: int) -> list[dict[str, Any]]:
    """Return the newest row of each story's, flag's and metric's final figures, and of what was taken back.

    Args:
        adoption_days: figures of a story are final no sooner after all have it.
    """
    return connection.execute(_MEASURED, {"adoption_days": adoption_days}).pl().to_dicts()


def facts_of(row: Row | None) -> str:
    """Return what a row claims, in the form by which a correction is told from a figure that barely moved."""
    claims = [] if row is None else [_claim(row)]
    is_back = row is not None and row["answer"] == _ROLLED_BACK
    return canonical_json({"state": _ROLLED_BACK if is_back else "shipped", "claims": claims})


def _claim(row: Row) -> dict[str, Any]:
    figures = [
        {"id": f"c1.{name}", "kind": kind, "value": row[name]}
        for name, kind in (("value", "share"), ("ratio", "ratio"), ("difference", "difference"))
    ]
    about = {name: row[name] for name in ("audience", "metric", "answer")}
    return {**about, "subject": row["metric"], "grade": row["evidence_grade"], "facts": figures}
