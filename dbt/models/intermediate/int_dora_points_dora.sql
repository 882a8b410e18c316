-- One row per service, measure and thing that DORA's own definition counts, with its value and its moment.
with deployments as (
    select * from {{ ref('int_deployment_outcomes') }}
    where rollout_id is not null
),

-- One commit on its way through the environments is one deployment, retries included: it went out at its first success,
-- failed if any of it did, and was well again when the last of it was.
rollouts as (
    select
        service,
        rollout_id,
        coalesce(min(finished_at) filter (where status = 'success'), min(finished_at)) as finished_at,
        bool_or(status = 'success') as is_deployed,
        bool_or(is_failed) as is_failed,
        bool_or(is_rework) as is_rework,
        max(recovery_seconds) as recovery_seconds
    from deployments
    group by service, rollout_id
),

found as (
    select service, 'deployment' as measure, rollout_id as point_key, finished_at as occurred_at, 1.0 as value
    from rollouts
    where is_deployed
    union all
    select service, 'lead_time', change_key, deployed_at, change_lead_time_seconds
    from {{ ref('int_service_deliveries') }}
    union all
    select service, 'judged', rollout_id, finished_at, 1.0
    from rollouts
    union all
    select service, 'failed', rollout_id, finished_at, 1.0
    from rollouts
    where is_failed
    union all
    select service, 'recovery', rollout_id, finished_at, recovery_seconds
    from rollouts
    union all
    select service, 'weighed', rollout_id, finished_at, 1.0
    from rollouts
    where is_deployed
    union all
    select service, 'rework', rollout_id, finished_at, 1.0
    from rollouts
    where is_deployed and is_rework
),

final as (
    select
        'dora' as definition,
        found.service,
        found.measure,
        found.point_key,
        found.occurred_at,
        cast(found.value as double) as value
    from found
    where found.value is not null and found.service is not null
)

select * from final
