-- One row per service, measure and thing that DevLake's definition counts, with its value and its moment. A service
-- stands for its project and its scope.
with deployments as (
    select * from {{ ref('int_deployment_order') }}
    where is_production and status = 'success' and sha is not null
),

cycles as (
    select * from {{ ref('int_change_cycles') }}
    where deployment_id is not null
),

-- The last deployment before the incident, however long ago: an incident with none before it is dropped.
blamed as (
    select
        incidents.incident_id,
        incidents.resolved_at,
        deployments.service,
        deployments.deployment_id,
        deployments.finished_at
    from {{ ref('int_incidents') }} as incidents
    inner join deployments
        on incidents.service = deployments.service and incidents.opened_at > deployments.finished_at
    qualify row_number() over (
        partition by incidents.incident_id
        order by deployments.finished_at desc, deployments.created_at desc, deployments.deployment_id desc
    ) = 1
),

found as (
    select service, 'deployment' as measure, deployment_id as point_key, finished_at as occurred_at, 1.0 as value
    from deployments
    union all
    select service, 'lead_time', change_key, deployed_at, 60.0 * cycle_minutes
    from cycles
    union all
    select service, 'judged', deployment_id, finished_at, 1.0
    from deployments
    union all
    select distinct service, 'failed', deployment_id, finished_at, 1.0
    from blamed
    union all
    select
        service,
        'recovery',
        incident_id,
        finished_at,
        60.0 * trunc({{ seconds_between('finished_at', 'resolved_at') }} / 60)
    from blamed
    where resolved_at is not null
),

final as (
    select
        'devlake' as definition,
        found.service,
        found.measure,
        found.point_key,
        found.occurred_at,
        cast(found.value as double) as value
    from found
    where found.value is not null and found.service is not null
)

select * from final
