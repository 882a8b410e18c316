-- One row per flag, environment and time in which one share of its users got the feature; equal neighbours are one,
-- unless people were dealt anew.
{{ config(materialized='table') }}

with moments as (
    select * from {{ ref('int_flag_moments') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

environments as (
    select * from {{ ref('int_flag_environments') }}
),

-- A flag that is restored serves what it served before.
carried as (
    select
        moments.flag_id,
        moments.environment,
        moments.occurred_at,
        moments.event_type,
        moments.event_id,
        moments.config_version,
        moments.is_closed,
        moments.is_dealt_anew,
        last_value(
            case
                when moments.tells_share
                    then {'percentage': moments.served_percentage, 'reason': moments.unknown_reason}
            end ignore nulls
        ) over until_then as held,
        1 + count(*) filter (where moments.event_type = 'flag.deleted') over until_then as life
    from moments
    window until_then as (
        partition by moments.flag_id, moments.environment
        order by moments.occurred_at, moments.config_version nulls last, moments.event_id
        rows between unbounded preceding and current row
    )
),

-- Of several changes of one moment the last one holds.
settled as (
    select
        carried.flag_id,
        carried.environment,
        carried.occurred_at,
        carried.is_closed,
        carried.event_id,
        carried.event_type,
        carried.life,
        struct_extract(carried.held, 'percentage') as served_percentage,
        struct_extract(carried.held, 'reason') as unknown_reason,
        bool_or(carried.is_dealt_anew) over (
            partition by carried.flag_id, carried.environment, carried.occurred_at
        ) as is_dealt_anew
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
        lead(compared.occurred_at) over later as ended_at,
        case
            when lead(compared.is_closed) over later
                then replace(lead(compared.event_type) over later, 'flag.', '')
            when lead(compared.occurred_at) over later is not null then 'step'
        end as ended_by
    from compared
    where
        compared.is_closed is distinct from compared.was_closed
        or compared.served_percentage is distinct from compared.earlier_percentage
        -- Where all are served alike, nobody is dealt to.
        or (compared.is_dealt_anew and compared.served_percentage > 0 and compared.served_percentage < 100)
    window later as (partition by compared.flag_id, compared.environment order by compared.occurred_at)
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
        begun.life,
        begun.served_percentage,
        begun.unknown_reason,
        begun.occurred_at as started_at,
        begun.ended_at,
        begun.ended_by,
        begun.is_dealt_anew,
        begun.event_id
    from begun
    inner join flags on begun.flag_id = flags.flag_id
    inner join environments
        on begun.flag_id = environments.flag_id and begun.environment = environments.environment
    where not begun.is_closed
)

select * from final
