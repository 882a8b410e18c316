-- One row per flag, environment and change of it: what it served from then on, or that it was put away.
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
final as (
    select
        flags.flag_id,
        flag_events.environment,
        flag_events.occurred_at,
        flag_events.event_type,
        false as is_closed,
        flag_events.config_version,
        flag_events.event_id,
        coalesce(flag_events.is_rerandomised, false) as is_dealt_anew,
        true as tells_share,
        flag_events.served_percentage,
        flag_events.unknown_reason
    from flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    where flag_events.event_type = 'flag.configured'
    union all
    select
        flags.flag_id,
        environments.environment,
        flag_events.occurred_at,
        flag_events.event_type,
        flag_events.event_type <> 'flag.restored' as is_closed,
        null as config_version,
        flag_events.event_id,
        false as is_dealt_anew,
        false as tells_share,
        null as served_percentage,
        null as unknown_reason
    from flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    inner join environments on flags.flag_id = environments.flag_id
    where flag_events.event_type in ('flag.archived', 'flag.restored', 'flag.deleted')
)

select * from final
