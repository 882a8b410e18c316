-- One row per service, measure and thing that GitLab's definition counts, with its value and its moment.
with deployments as (
    select * from {{ ref('int_deployment_order') }}
    where is_production and status = 'success'
),

incidents as (
    select * from {{ ref('int_incidents') }}
    where service is not null
),

-- The first deployment of each environment that holds the merge; its own commits alone count.
arrivals as (
    select
        arrivals.*,
        changes.merged_at
    from {{ ref('int_change_arrivals') }} as arrivals
    inner join {{ ref('int_changes') }} as changes on arrivals.change_key = changes.change_key
    where arrivals.is_known and starts_with(arrivals.rule, 'merge sha')
),

found as (
    select service, 'deployment' as measure, deployment_id as point_key, finished_at as occurred_at, 1.0 as value
    from deployments
    union all
    select
        service,
        'lead_time',
        change_key || ' ' || environment_key,
        deployed_at,
        {{ seconds_between('merged_at', 'deployed_at') }}
    from arrivals
    union all
    select service, 'judged', deployment_id, finished_at, 1.0
    from deployments
    union all
    select service, 'failed', incident_id, opened_at, 1.0
    from incidents
    union all
    select service, 'recovery', incident_id, resolved_at, {{ seconds_between('opened_at', 'resolved_at') }}
    from incidents
    where resolved_at >= opened_at
),

final as (
    select
        'gitlab' as definition,
        found.service,
        found.measure,
        found.point_key,
        found.occurred_at,
        cast(found.value as double) as value
    from found
    where found.value is not null and found.service is not null
)

select * from final
