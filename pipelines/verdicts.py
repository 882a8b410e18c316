"""Tells the log what the marts newly say of rollouts: an event for each changed verdict, none for one that stands."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.events.records import RawRecord
from pipelines.own_events import VERDICTS, Conclusions
from pipelines.projection import CatalogProjection
from warehouse.event_log import append, needs_projection, project_again
from warehouse.verdicts import OWN, changed


def record_verdicts(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> int:
    """Append an event for each verdict that is another than the log tells, and return how many.

    Args:
        connection: the writer's, in no transaction; the marts are whole.
        as_of: the moment that the marts speak of.
    """
    projection = CatalogProjection(Conclusions())
    if needs_projection(connection, projection):
        project_again(connection, projection)
    records = [_record(one, as_of) for one in changed(connection)]
    if not records:
        return 0
    return append(connection, projection, records, observed_at=as_of, run=None).new_events


def _record(change: Mapping[str, Any], as_of: datetime) -> RawRecord:
    body = {name: _plain(value) for name, value in {**change, "as_of": as_of}.items()}
    key = (
        f"{change['environment']}/{change['flag_key']}#{change['epoch']}.{change['step']} "
        f"{change['guardrail']} {change['change_number']}"
    )
    return RawRecord(OWN, VERDICTS, key, body)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
