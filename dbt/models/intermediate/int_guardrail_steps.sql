-- One row per flag, environment of production, epoch and step in which somebody may have had the feature, with the time
-- over which it is watched.
{{ config(materialized='table') }}

with steps as (
    select
        *,
        coalesce(ended_at, cast('infinity' as timestamptz)) as lasted_until
    from {{ ref('int_rollout_steps') }}
    -- Of a share that nobody knows, nobody can say that it was nobody.
    where is_production and coalesce(percentage > 0, true)
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

told as (
    select count(*) > 0 as has_incidents
    from incidents
),

final as (
    select
        steps.flag_key,
        steps.environment,
        steps.epoch,
        steps.step,
        steps.percentage,
        steps.started_at,
        steps.ended_at,
        least(
            steps.lasted_until, steps.started_at + to_hours({{ var('guardrail_watched_hours') }})
        ) as watched_until,
        count(incidents.incident_id) as incidents,
        (select told.has_incidents from told) as has_incidents
    from steps
    left join incidents
        on steps.started_at <= incidents.opened_at and steps.lasted_until > incidents.opened_at
    group by
        steps.flag_key, steps.environment, steps.epoch, steps.step, steps.percentage, steps.started_at, steps.ended_at,
        steps.lasted_until
)

select * from final
