"""The feed of product events: the hours of upload of which segments came, went or were replaced.

Beside the log's feed (`warehouse/increments.py`), as segments lie in files that are swept once they are replaced: so
the feed tells hours, and whoever follows it holds the rows of each hour and compares. A day that was compacted is told,
and nothing in it differs.
"""

import duckdb

from warehouse.connection import transaction

FEED = "usage_segments"

# `usage_files`: the segments up to which the feed tells. `settled_usage`: the version that a whole transform ended on.
_PREPARE = f"""
create table if not exists increments.usage_files (
    source varchar not null, instance varchar not null, path varchar not null,
    covers_from timestamptz not null, covers_until timestamptz not null
);
create table if not exists increments.settled_usage (transform_number bigint not null, version bigint not null);
create table if not exists increments.{FEED} (
    version bigint not null, source varchar not null, instance varchar not null, upload_hour timestamptz not null
);
insert into increments.tables
select '{FEED}', 1, 1, null, null
where not exists (select 1 from increments.tables where name = '{FEED}');
"""
_FOLLOW = f"""
create or replace temp table moved_hours as
with moved as (
    select source, instance, covers_from, covers_until from log.segments
    where path not in (select path from increments.usage_files)
    union all
    select source, instance, covers_from, covers_until from increments.usage_files
    where path not in (select path from log.segments)
)

select distinct source, instance, unnest(generate_series(covers_from, covers_until - interval 1 hour, interval 1 hour))
    as upload_hour
from moved;

insert into increments.{FEED}
select tables.version + 1, moved_hours.*
from moved_hours
inner join increments.tables as tables on tables.name = '{FEED}';

update increments.tables
set version = version + 1, feed_from = greatest(feed_from, version + 1 - $kept)
where name = '{FEED}' and exists (select 1 from moved_hours);

delete from increments.{FEED}
where version <= (select feed_from from increments.tables where name = '{FEED}');

delete from increments.usage_files;
insert into increments.usage_files
select source, instance, path, covers_from, covers_until from log.segments;
"""
_IS_MOVED = f"""
select tables.version > settled_usage.version
from increments.settled_usage
inner join increments.tables as tables on tables.name = '{FEED}'
where settled_usage.transform_number = (
    select transform_number from results.transforms order by transform_number desc limit 1
)
"""


def follow(connection: duckdb.DuckDBPyConnection, kept_versions: int) -> None:
    """Bring the feed up to the segments that are listed now, within the caller's transaction.

    Args:
        connection: the writer's; the schema of increments is there.
        kept_versions: who missed more than these is made anew.
    """
    connection.execute(_PREPARE)
    connection.execute(_FOLLOW.replace("$kept", str(kept_versions)))


def settle(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Note that a whole transform ended well: segments that come after what it followed are new."""
    with transaction(connection):
        connection.execute("delete from increments.settled_usage")
        connection.execute(
            f"insert into increments.settled_usage select ?, version from increments.tables where name = '{FEED}'",
            [number],
        )


def is_moved(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether any segment came or went since the marts were whole; where nobody can tell, it did."""
    told = connection.execute(_IS_MOVED).fetchall()
    return not told or bool(told[0][0])
