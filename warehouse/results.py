"""What Python concludes from the log: how transforms ended. The only writer of `results.*`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.connection import transaction

RUNNING, OK, FAILED = "running", "ok", "failed"

_BEGIN = """
insert into results.transforms by name
select
    (select coalesce(max(transform_number), 0) + 1 from results.transforms) as transform_number,
    $as_of::timestamptz as as_of,
    $is_partial as is_partial,
    'running' as status,
    $models as models_digest,
    $log as log_digest
returning transform_number
"""

# What the marts can be made of, but for the runs, which only tell the moment, and for what is concluded from the marts
# themselves: that would make news of itself each night; what is made or posted once counts (`own_events.sql`).
# Records are append-only; a new mapper projects the same records to other events, and quarantine and confirmations are
# rewritten in place.
_LOG_DIGEST = """
select md5(concat_ws(
    '|',
    (select concat_ws(' ', count(*), max(position)) from log.raw_records
        where source <> 'storyline'),
    (select concat_ws(' ', count(*), sum(hash(event_id, raw_position, mapper_version)::hugeint)) from log.events
        where source <> 'storyline' or event_type in ('follow_up.created', 'spec.posted')),
    (select concat_ws(' ', count(*), sum(hash(quarantine_id, reason, mapper_version)::hugeint)) from log.quarantine),
    (select concat_ws(' ', count(*), sum(hash(raw_position, vendor_version_at)::hugeint)) from log.confirmations)
))
"""

_LAST_WHOLE = """
select coalesce(warned, []), log_digest = $log
from (select * from results.transforms order by transform_number desc limit 1)
where not is_partial and status = 'ok' and models_digest = $models
"""

# A partial transform that went well proves nothing about the marts that it left out, so it clears no failure.
_LAST_WORD = """
select status, error from results.transforms
where not (is_partial and status = 'ok')
order by transform_number desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a transform is made of: two of one basis differ only in the moment that they stand for."""

    models: str
    log: str


def log_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a digest of all that the models read in the log, its runs left out."""
    return str(connection.execute(_LOG_DIGEST).fetchall()[0][0])


def begin_transform(connection: duckdb.DuckDBPyConnection, *, as_of: datetime, is_partial: bool, basis: Basis) -> int:
    """Note that a transform begins, before it touches a mart. Returns its number."""
    told = {
        "as_of": as_of.astimezone(UTC),
        "is_partial": is_partial,
        "models": basis.models,
        "log": basis.log,
    }
    with transaction(connection):
        return int(connection.execute(_BEGIN, told).fetchall()[0][0])


def end_transform(
    connection: duckdb.DuckDBPyConnection, number: int, *, error: str | None, warned: Sequence[str] = ()
) -> None:
    """Note how it ended: well, where there is no error; and which tests warned."""
    connection.execute(
        "update results.transforms set status = ?, error = ?, warned = ? where transform_number = ?",
        [FAILED if error else OK, error, list(warned), number],
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """The newest transform, where it was a whole one that ended well, of the same models.

    Attributes:
        warned: the tests that warned in it.
        is_same_log: it was made of what the log holds now.
    """

    warned: list[str]
    is_same_log: bool


def last_whole(connection: duckdb.DuckDBPyConnection, basis: Basis) -> Whole | None:
    """Return the newest transform, None when that was partial, failed or of other models."""
    row = connection.execute(_LAST_WHOLE, {"models": basis.models, "log": basis.log}).fetchone()
    return None if row is None else Whole(list(row[0]), bool(row[1]))


def why_unpublishable(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Say why the marts may not be published, None when they may."""
    row = connection.execute(_LAST_WORD).fetchone()
    if row is None:
        return "nothing was transformed yet"
    if row[0] == RUNNING:
        return "the last transform did not end"
    return f"the last transform failed: {row[1]}" if row[0] == FAILED else None
