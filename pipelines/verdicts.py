"""Tells the log what the marts newly say of rollouts: an event for each verdict that changed, none for one that stands.

These events are of a source of our own. No mart counts them and no digest of the log does: they come after the marts,
so they would make news of themselves each night, and a rebuild would show more than the night before it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.events.envelope import Event, Origin
from pipelines.events.records import RawRecord
from pipelines.projection import CatalogProjection
from pipelines.sources.base import Stream
from warehouse.event_log import append, needs_projection, project_again
from warehouse.verdicts import OWN, VERDICT_REACHED, changed

_STREAM = "verdicts"


class Conclusions:
    """What the line itself tells. No source: nothing is read from anywhere, so it has no walk, recording or person."""

    name = OWN
    mapper_version = 1
    streams = (Stream(_STREAM, "observation"),)
    emits = frozenset({VERDICT_REACHED})

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:  # noqa: ARG002
        """Map one verdict; its id is that of its key and of the number of the change."""
        yield Origin(self.name, instance).event(
            VERDICT_REACHED,
            subject=f"rollout:{body['environment']}/{body['flag_key']}",
            occurrence=record_key,
            occurred_at=datetime.fromisoformat(body["as_of"]),
            payload={name: value for name, value in body.items() if name != "as_of"},
        )


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
    return RawRecord(OWN, _STREAM, key, body)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
