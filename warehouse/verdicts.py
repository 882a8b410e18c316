"""What was said of rollouts so far, and who was alerted to it: reads the log's own events, alone writes the marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from warehouse.connection import transaction

# The source under which the line tells what it concluded itself.
OWN = "storyline"
VERDICT_REACHED = "rollout.verdict_reached"
SENDING, SENT, FAILED, UNCLEAR = "sending", "sent", "failed", "unclear"

_HAS_HEALTH = """
select count(*) from information_schema.tables where table_schema = 'marts' and table_name = 'fct_rollout_health'
"""

# Nothing supersedes an observation, so all events of ours stand.
_CHANGED = """
with told as (
    select
        json_extract_string(payload, '$.flag_key') as flag_key,
        json_extract_string(payload, '$.environment') as environment,
        json_extract_string(payload, '$.epoch')::bigint as epoch,
        json_extract_string(payload, '$.step')::bigint as step,
        json_extract_string(payload, '$.guardrail') as guardrail,
        json_extract_string(payload, '$.verdict') as verdict,
        json_extract_string(payload, '$.change_number')::bigint as change_number
    from log.events
    where source = 'storyline' and event_type = 'rollout.verdict_reached'
    qualify row_number() over (
        partition by flag_key, environment, epoch, step, guardrail order by change_number desc
    ) = 1
)

select
    health.flag_key, health.environment, health.epoch, health.step, health.guardrail,
    coalesce(told.change_number, 0) + 1 as change_number,
    health.verdict,
    coalesce(told.verdict, 'too_early') as previous_verdict,
    health.reason, health.story_key, health.percentage, health.treated_value, health.control_value, health.threshold,
    health.n_treated, health.n_control, health.window_ended_at, health.ended_at as step_ended_at
from marts.fct_rollout_health as health
left join told using (flag_key, environment, epoch, step, guardrail)
where health.verdict <> coalesce(told.verdict, 'too_early')
order by health.flag_key, health.environment, health.epoch, health.step, health.guardrail
"""

# Good news is news only after bad. What ended long ago, as all of a history that is taken in at once, alarms nobody.
_DUE = """
select events.event_id, events.payload::varchar, coalesce(alerts.attempts, 0)
from log.events as events
left join log.alerts as alerts using (event_id)
where
    events.source = 'storyline'
    and events.event_type = 'rollout.verdict_reached'
    and (alerts.state is null or alerts.state = 'failed')
    and events.occurred_at >= $since::timestamptz
    and coalesce(
        json_extract_string(events.payload, '$.window_ended_at')::timestamptz,
        json_extract_string(events.payload, '$.step_ended_at')::timestamptz,
        events.occurred_at
    ) >= $since::timestamptz
    and (
        json_extract_string(events.payload, '$.verdict') in ('pause', 'investigate', 'roll_back')
        or (
            json_extract_string(events.payload, '$.verdict') = 'ok'
            and json_extract_string(events.payload, '$.previous_verdict') in ('pause', 'investigate', 'roll_back')
        )
    )
order by events.occurred_at, events.subject, json_extract_string(events.payload, '$.change_number')::bigint
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A change that somebody is to be alerted to; `payload` is JSON, `attempts` how often that was tried in vain."""

    event_id: str
    payload: str
    attempts: int


def changed(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return each verdict of the marts that is another than the log tells, by the fields of its event."""
    if not connection.execute(_HAS_HEALTH).fetchall()[0][0]:
        return []
    found = connection.execute(_CHANGED)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def due(connection: duckdb.DuckDBPyConnection, as_of: datetime, within: timedelta) -> list[Due]:
    """Return the changes that nobody was alerted to yet, the oldest first, each key's in their order."""
    return [Due(*row) for row in connection.execute(_DUE, {"since": as_of - within}).fetchall()]


def mark(
    connection: duckdb.DuckDBPyConnection, one: Due, state: str, as_of: datetime, error: str | None = None
) -> None:
    """Note how far an alert has come, and keep it whatever happens next."""
    with transaction(connection):
        connection.execute("delete from log.alerts where event_id = ?", [one.event_id])
        connection.execute("insert into log.alerts values (?, ?, ?, ?, ?)",
                           [one.event_id, state, one.attempts + 1, as_of, error])  # fmt: skip


def clear_up(connection: duckdb.DuckDBPyConnection) -> int:
    """Call unclear what a killed run was just sending, and return how many alerts that are."""
    with transaction(connection):
        found: Sequence[Any] = connection.execute(
            "update log.alerts set state = 'unclear', error = 'the run was killed while it was sent' "
            "where state = 'sending' returning event_id"
        ).fetchall()
    return len(found)
