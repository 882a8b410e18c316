"""What language models were asked and what that cost; the only writer of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from warehouse.connection import transaction

_NOTE = """
insert into outbox.model_calls by name
select
    $story_key as story_key, $epoch as epoch, $facts_digest as facts_digest, $prompt_version as prompt_version,
    $model as model, $attempt as attempt, $raw_answer as raw_answer, $input_tokens as input_tokens,
    $output_tokens as output_tokens, $cost_usd as cost_usd, $verdict as verdict, $reasons::varchar[] as reasons,
    $called_at::timestamptz as called_at
"""
# By the calendar of UTC, as bills are.
_SPENT = """
select coalesce(sum(cost_usd), 0) from outbox.model_calls
where date_trunc('month', called_at) = date_trunc('month', $at::timestamptz)
"""

_NEWEST = """
select raw_answer, called_at from outbox.model_calls
where facts_digest = ? and prompt_version = ? and model = ? and verdict = ?
order by called_at desc limit 1
"""


def note(connection: duckdb.DuckDBPyConnection, call: Mapping[str, Any], at: datetime) -> None:
    """Keep a call, whatever happens next; its fields are the columns of `outbox.model_calls`."""
    with transaction(connection):
        connection.execute(_NOTE, {**call, "called_at": at})


def spent_usd(connection: duckdb.DuckDBPyConnection, at: datetime) -> float:
    """Return what calls cost in the month of a moment, in USD."""
    return float(connection.execute(_SPENT, {"at": at}).fetchall()[0][0])


def newest(
    connection: duckdb.DuckDBPyConnection, facts_digest: str, prompt_version: str, model: str, verdict: str
) -> tuple[str, datetime] | None:  # fmt: skip
    """Return the newest answer of a model to a question that ended so, and when it came; None where there is none."""
    found = connection.execute(_NEWEST, [facts_digest, prompt_version, model, verdict]).fetchall()
    return (str(found[0][0]), found[0][1]) if found else None
