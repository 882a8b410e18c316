-- One row per flag and environment that it was configured in, with whether that is production.
{{ config(materialized='table') }}

with flag_events as (
    select * from {{ ref('stg_events__flag') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

defined as (
    select
        flag_events.source,
        flag_events.instance,
        flag_events.project,
        flag_events.environment,
        bool_or(flag_events.is_production) as is_production
    from flag_events
    where flag_events.event_type = 'flag.environment_defined'
    group by flag_events.source, flag_events.instance, flag_events.project, flag_events.environment
),

configured as (
    select
        flags.flag_id,
        flags.source,
        flags.instance,
        flags.project,
        flag_events.environment,
        max_by(
            flag_events.is_production,
            case when flag_events.is_production is not null then flag_events.occurred_at end
        ) as is_production
    from flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    where flag_events.event_type = 'flag.configured'
    group by flags.flag_id, flags.source, flags.instance, flags.project, flag_events.environment
),

-- Settings that name any environment name them all.
final as (
    select
        configured.flag_id,
        configured.environment,
        case
            when {{ var('flag_production_environments') | length }} > 0
                then lower(configured.environment) in ({{ setting_values('flag_production_environments') }})
            else
                coalesce(configured.is_production, false)
                or coalesce(defined.is_production, false)
                or lower(configured.environment) = 'production'
        end as is_production
    from configured
    left join defined
        on
            configured.source = defined.source
            and configured.instance = defined.instance
            and configured.project = defined.project
            and configured.environment = defined.environment
)

select * from final
