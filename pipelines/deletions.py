"""Tells a deletion from the next one of the same ticket: each ends the version of it that was known by then.

A list of deleted keys tells neither a time nor what was deleted, so all deletions of one key would be one fact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import duckdb

from pipelines.events.records import BadRecord, RawRecord

# As of the run and not the newest of all: an old list, read again as of its own day, says again what it said then.
_LAST_UPDATES = """
select
    events.instance,
    events.payload ->> 'key' as ticket_key,
    max_by(events.payload ->> 'updated_at', events.occurred_at) as last_updated_at
from log.events as events
where
    events.source = $source
    and events.event_type = 'ticket.updated'
    and events.observed_at <= $as_of::timestamptz
    and list_contains($keys::varchar[], events.payload ->> 'key')
group by events.instance, ticket_key
"""


def of_known_versions(
    connection: duckdb.DuckDBPyConnection, source: str, records: Iterable[RawRecord | BadRecord], as_of: datetime
) -> Iterator[RawRecord | BadRecord]:
    """Write into each bare deletion the last update of its ticket that the log knew at `as_of`."""
    walk = list(records)
    keys = [record.record_key for record in walk if _is_bare(record)]
    found = {"source": source, "as_of": as_of, "keys": keys}
    rows = connection.execute(_LAST_UPDATES, found).fetchall() if keys else []
    updates = {(instance, key): at for instance, key, at in rows}
    for record in walk:
        at = updates.get((record.instance, record.record_key)) if _is_bare(record) else None
        if isinstance(record, RawRecord) and at is not None:
            yield replace(record, body={**record.body, "last_updated_at": at})
        else:
            yield record


def _is_bare(record: RawRecord | BadRecord) -> bool:
    return isinstance(record, RawRecord) and record.is_bare_deletion
