"""A warehouse whose mart of rollouts' health says what a test wants it to say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

SINCE = datetime(2026, 3, 31, 6, tzinfo=UTC)
STEP: dict[str, Any] = {
    "flag_key": "csv-export", "environment": "production", "epoch": 1, "step": 3, "guardrail": "error_rate",
    "verdict": "ok", "reason": "2 of 4,000 requests failed.", "story_key": "SHOP-1", "percentage": 50.0,
    "treated_value": 0.0005, "control_value": 0.0005, "threshold": 0.01, "n_treated": 4000, "n_control": 4000,
    "window_ended_at": SINCE - timedelta(hours=1), "ended_at": None,
}  # fmt: skip
_COLUMNS = """
create schema if not exists marts;
create or replace table marts.fct_rollout_health (
    flag_key varchar, environment varchar, epoch bigint, step bigint, guardrail varchar, verdict varchar,
    reason varchar, story_key varchar, percentage double, treated_value double, control_value double,
    threshold double, n_treated bigint, n_control bigint, window_ended_at timestamptz, ended_at timestamptz
)
"""


def tell(connection: duckdb.DuckDBPyConnection, *steps: dict[str, Any]) -> None:
    """Let the mart say this and nothing else; what a step does not say is as in `STEP`."""
    connection.execute(_COLUMNS)
    for step in steps:
        row = STEP | step
        marks = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into marts.fct_rollout_health ({', '.join(row)}) values ({marks})", row)
