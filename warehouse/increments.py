"""What changed in the log, told to the tables that follow it instead of being made anew each night.

The schema `increments` is derived, like the models' own: dropped, all of it is made again. dbt's materialisation
`keyed` (`dbt/macros/keyed.sql`) reads and writes it; here the log's own feed is kept, and what is new since when.
"""

import duckdb

from warehouse import increments_usage
from warehouse.connection import transaction

# A table that missed more versions than a feed keeps is made anew.
_KEPT_VERSIONS = 10

# `tables`: each table that is kept, how often it has changed, since which version its feed tells all, and of what it is
# made: its SQL, and a digest of what it reads whole. `reads`: how far each has followed what it reads by key.
# `log`: up to where the feed of events tells. `settled`: the version of that feed that a whole transform ended on.
_PREPARE = """
create schema if not exists increments;
create table if not exists increments.tables (
    name varchar not null, version bigint not null, feed_from bigint not null, code varchar, whole varchar
);
create table if not exists increments.reads (
    reader varchar not null, input varchar not null, version bigint not null
);
create table if not exists increments.log (
    models varchar, position bigint, records bigint, events bigint, mappers varchar
);
create table if not exists increments.settled (transform_number bigint not null, version bigint not null);
"""

_STATE = """
select
    coalesce((select max(position) from log.raw_records), 0),
    (select count(*) from log.raw_records),
    (select count(*) from log.events),
    (select string_agg(source || ' ' || mapper_version, ',' order by source) from log.mappers)
"""

# Append-only but for a mapping that was renewed; that rewrites events of records that were there. A source that told
# nothing before renews none.
_IS_GROWN = """
select
    known.models = $models
    and list_has_all(
        string_split(coalesce($mappers, ''), ','), string_split(coalesce(known.mappers, $mappers, ''), ',')
    )
    and known.records = (select count(*) from log.raw_records where position <= known.position)
    and known.events = (select count(*) from log.events where raw_position <= known.position)
from increments.log as known
"""

# Of each key with a new record all versions count: what an older one told may be told no longer, and what it shared
# with a record of another key is then told by that one.
_FOLLOW = """
create or replace temp table moved_ids as
with moved as (
    select distinct source, instance, stream, record_key
    from log.raw_records
    where position > (select position from increments.log)
),

versions as (
    select raw_records.position
    from log.raw_records
    semi join moved using (source, instance, stream, record_key)
)

select distinct events.event_id
from log.events
semi join versions on events.raw_position = versions.position;

create or replace temp table moved_events as
select events.*
from log.events
semi join moved_ids using (event_id);

insert into increments.current_events
with tellers as (
    select distinct records.source, records.instance, records.stream, records.record_key
    from log.raw_records as records
    semi join moved_events on records.position = moved_events.raw_position
),

-- As `log.current_records` says, of these keys alone.
standing as (
    select records.position
    from log.versioned_records as records
    semi join tellers using (source, instance, stream, record_key)
    qualify
        not records.is_entity
        or row_number() over (
            partition by records.source, records.instance, records.stream, records.record_key
            order by records.effective_version_at desc, records.observed_at desc, records.position desc
        ) = 1
)

select
    (select version + 1 from increments.tables where name = 'current_events'),
    standing.position is not null as is_current,
    moved_events.*
from moved_events
left join standing on moved_events.raw_position = standing.position
-- An event that nobody tells any longer keeps its last words, so that it can be told of which kind it was.
qualify row_number() over (
    partition by moved_events.event_id
    order by standing.position is not null desc, moved_events.raw_position desc
) = 1;

update increments.tables
set version = version + 1
where name = 'current_events' and exists (select 1 from moved_ids);

delete from increments.current_events
where version <= (select version - $kept from increments.tables where name = 'current_events');

update increments.tables
set feed_from = greatest(feed_from, version - $kept)
where name = 'current_events';
"""

_BEGIN_ANEW = """
delete from increments.settled;
update increments.tables set version = version + 1, feed_from = version + 1, code = null;
insert into increments.tables
select 'current_events', 1, 1, null, null
where not exists (select 1 from increments.tables where name = 'current_events');
create or replace table increments.current_events as
select cast(0 as bigint) as version, true as is_current, events.* from log.events as events limit 0;
"""


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table that follows the log be made anew by the next transform."""
    connection.execute("drop schema if exists increments cascade")


def follow(connection: duckdb.DuckDBPyConnection, models: str) -> None:
    """Bring the feed of current events up to the log's end, in one transaction.

    Where the log did more than grow, or the models are others than the feed was begun for, it begins anew, and so does
    every table that follows it.

    Args:
        connection: the writer's, in no transaction.
        models: digest of all models and settings.
    """
    with transaction(connection):
        connection.execute(_PREPARE)
        state = connection.execute(_STATE).fetchall()[0]
        grown = connection.execute(_IS_GROWN, {"models": models, "mappers": state[-1]}).fetchall()
        is_grown = bool(grown) and bool(grown[0][0])
        increments_usage.follow(connection, _KEPT_VERSIONS)
        connection.execute(_FOLLOW.replace("$kept", str(_KEPT_VERSIONS)) if is_grown else _BEGIN_ANEW)
        connection.execute("delete from increments.log")
        connection.execute("insert into increments.log values (?, ?, ?, ?, ?)", [models, *state])


def settle(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Note that a whole transform ended well: what comes after what it followed is new."""
    with transaction(connection):
        connection.execute("delete from increments.settled")
        connection.execute(
            "insert into increments.settled select ?, version from increments.tables where name = 'current_events'",
            [number],
        )
    increments_usage.settle(connection, number)


def touched(connection: duckdb.DuckDBPyConnection, relation: str) -> set[str] | None:
    """Return which tables of events any event belongs to that came, went or changed since the marts were whole.

    None where that cannot be told: the newest transform was no whole one that ended well, or is too long ago.

    Args:
        connection: the writer's, followed.
        relation: how the SQL of those tables names the current events.
    """
    since = connection.execute(_SINCE).fetchall()
    if not since:
        return None
    connection.execute(_NEW_EVENTS, [since[0][0]])
    tables = connection.execute(
        "select name, code from increments.tables where contains(code, ?)", [relation]
    ).fetchall()
    return {
        str(name)
        for name, code in tables
        if connection.execute(f"select 1 from ({code.replace(relation, 'new_events')}) limit 1").fetchall()
    }


_SINCE = """
select settled.version
from increments.settled
inner join increments.tables on tables.name = 'current_events' and settled.version >= tables.feed_from
where settled.transform_number = (
    select transform_number from results.transforms order by transform_number desc limit 1
)
"""
_NEW_EVENTS = "create or replace temp table new_events as select * from increments.current_events where version > ?"
