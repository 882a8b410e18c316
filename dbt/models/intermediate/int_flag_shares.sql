-- One row per flag, environment and time in which one share of its users got the feature; equal neighbours are one.
{{ config(materialized='table') }}

with flag_events as (
    select * from {{ ref('stg_events__flag') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

environments as (
    select * from {{ ref('int_flag_environments') }}
),

-- A flag that is put away serves nobody through itself; what it served before is neither raised nor lowered by that.
moments as (
    select
        flags.flag_id,
        flag_events.environment,
        flag_events.occurred_at,
        false as is_closed,
        flag_events.config_version,
        flag_events.event_id,
        {'percentage': flag_events.served_percentage, 'reason': flag_events.unknown_reason} as served
    from flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    where flag_events.event_type = 'flag.configured'
    union all
    select
        flags.flag_id,
        environments.environment,
        flag_events.occurred_at,
        flag_events.event_type <> 'flag.restored' as is_closed,
        null as config_version,
        flag_events.event_id,
        null as served
    from flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    inner join environments on flags.flag_id = environments.flag_id
    where flag_events.event_type in ('flag.archived', 'flag.restored', 'flag.deleted')
),

-- A flag that is restored serves what it served before.
carried as (
    select
        moments.*,
        last_value(moments.served ignore nulls) over (
            partition by moments.flag_id, moments.environment
            order by moments.occurred_at, moments.config_version nulls last, moments.event_id
            rows between unbounded preceding and current row
        ) as held
    from moments
),

-- Of several changes of one moment the last one holds.
settled as (
    select
        carried.flag_id,
        carried.environment,
        carried.occurred_at,
        carried.is_closed,
        carried.event_id,
        struct_extract(carried.held, 'percentage') as served_percentage,
        struct_extract(carried.held, 'reason') as unknown_reason
    from carried
    where carried.held is not null
    qualify row_number() over (
        partition by carried.flag_id, carried.environment, carried.occurred_at
        order by carried.config_version desc nulls first, carried.event_id desc
    ) = 1
),

compared as (
    select
        settled.*,
        lag(settled.is_closed) over earlier as was_closed,
        lag(settled.served_percentage) over earlier as earlier_percentage
    from settled
    window earlier as (partition by settled.flag_id, settled.environment order by settled.occurred_at)
),

begun as (
    select
        compared.*,
        lead(compared.occurred_at) over (
            partition by compared.flag_id, compared.environment order by compared.occurred_at
        ) as ended_at
    from compared
    where
        compared.is_closed is distinct from compared.was_closed
        or compared.served_percentage is distinct from compared.earlier_percentage
),

final as (
    select
        begun.flag_id,
        flags.flag_key,
        begun.environment,
        environments.is_production,
        row_number() over (
            partition by begun.flag_id, begun.environment order by begun.occurred_at
        ) as share_number,
        begun.served_percentage,
        begun.unknown_reason,
        begun.occurred_at as started_at,
        begun.ended_at,
        begun.event_id
    from begun
    inner join flags on begun.flag_id = flags.flag_id
    inner join environments
        on begun.flag_id = environments.flag_id and begun.environment = environments.environment
    where not begun.is_closed
)

select * from final
