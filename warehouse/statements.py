"""The log's SQL, apart from the Python that runs it."""

# Decides for each delivered record whether it is stored. `store` is null-free.
# An entity delivered twice at one version within a batch counts once, as it was delivered last; a late version
# (older than the newest) is stored as history unless it is there; an observation is stored once for ever.
SORT_INCOMING = """
create or replace temp table sorted_incoming as
with delivered as (
    select *, coalesce(vendor_version_at, $observed_at::timestamptz) as effective_version_at
    from incoming
    qualify row_number() over (
        partition by
            instance, stream, record_key,
            case when is_entity then effective_version_at::varchar else content_hash end
        order by case when is_entity then ordinal else -ordinal end desc
    ) = 1
),

kept as (
    select versioned_records.*
    from log.versioned_records
    semi join incoming using (instance, stream, record_key)
    where versioned_records.source = $source
),

newest as (
    select instance, stream, record_key, content_hash, effective_version_at
    from kept
    qualify row_number() over (
        partition by instance, stream, record_key
        order by effective_version_at desc, observed_at desc, position desc
    ) = 1
),

placed as (
    select
        delivered.*,
        newest.content_hash as newest_hash,
        coalesce(delivered.effective_version_at < newest.effective_version_at, false) as is_late
    from delivered
    left join newest using (instance, stream, record_key)
),

compared as (
    select
        *,
        coalesce(
            lag(content_hash) over (
                partition by instance, stream, record_key, is_late order by effective_version_at, ordinal
            ),
            newest_hash
        ) as previous_hash
    from placed
),

known as (
    select
        compared.ordinal,
        bool_or(
            not compared.is_entity
            or compared.effective_version_at
            between coalesce(kept.vendor_version_at, kept.observed_at) and kept.effective_version_at
        ) as is_known
    from compared
    inner join kept using (instance, stream, record_key, content_hash)
    group by compared.ordinal
)

select
    compared.* exclude (newest_hash, previous_hash, is_late),
    case
        when not compared.is_entity or compared.is_late then not coalesce(known.is_known, false)
        else compared.content_hash is distinct from compared.previous_hash
    end as is_stored,
    compared.is_entity and not compared.is_late and compared.vendor_version_at is not null as can_confirm
from compared
left join known using (ordinal)
"""

APPEND_RAW = """
insert into log.raw_records
select
    (select coalesce(max(position), 0) from log.raw_records) + row_number() over (order by ordinal),
    $source, instance, stream, record_key, is_entity, vendor_version_at, $observed_at::timestamptz, content_hash, body
from sorted_incoming
where is_stored
returning position, instance, stream, record_key, observed_at, body
"""

# What was seen again unchanged at a later vendor time.
SEEN_AGAIN = """
create or replace temp table seen_again as
select kept.position as raw_position, max(sorted_incoming.vendor_version_at) as vendor_version_at
from sorted_incoming
inner join log.versioned_records as kept
    on
        kept.source = $source
        and sorted_incoming.instance = kept.instance
        and sorted_incoming.stream = kept.stream
        and sorted_incoming.record_key = kept.record_key
        and sorted_incoming.content_hash = kept.content_hash
        and sorted_incoming.vendor_version_at > kept.effective_version_at
where sorted_incoming.can_confirm and not sorted_incoming.is_stored
group by kept.position
qualify row_number() over (
    partition by any_value(kept.instance), any_value(kept.stream), any_value(kept.record_key)
    order by max(kept.effective_version_at) desc, kept.position desc
) = 1
"""
FORGET_CONFIRMED = "delete from log.confirmations where raw_position in (select raw_position from seen_again)"
CONFIRM = "insert into log.confirmations select raw_position, vendor_version_at from seen_again"

READ_RAW = """
select position, instance, stream, record_key, observed_at, body
from log.raw_records
where source = ? and position > ?
order by position
limit ?
"""

FORGET_EVENTS = """
delete from log.events
where raw_position in (select position from log.raw_records where source = ?)
"""

# What was never a record cannot be mapped again, so it stays.
FORGET_QUARANTINE = "delete from log.quarantine where source = ? and raw_position is not null"

MAPPER_VERSION = "select mapper_version from log.mappers where source = ?"

INSTANCES = "select distinct instance from log.raw_records where source = ? order by 1"

READ_CHECKPOINT = "select cursor from log.checkpoints where source = ? and instance = ? and stream = ?"

NEW_RUN = """
insert into log.runs
select (select coalesce(max(run_number), 0) + 1 from log.runs), ?, ?, ?, ?, ?, ?, ?, ?
"""

# A nightly says which moment it is. What is taken in after it may be an old backup with the moment of its own, so that
# only moves the moment on. `int_as_of` says the same for those who run dbt by itself.
NEWEST_AS_OF = """
select max(as_of) from log.runs
where run_number >= coalesce((select max(run_number) from log.runs where command = 'nightly'), 0)
"""
