-- One row per deployment with its place among those of its service and environment: what was there before it, and
-- whether it only tries the same commit again.
{{ config(materialized='table') }}

with deployments as (
    select
        *,
        coalesce(finished_at, started_at) as placed_at,
        status in ('success', 'failed') as is_finished
    from {{ ref('int_deployments') }}
),

placed as (
    select
        deployments.*,
        last_value(case when deployments.status = 'success' then deployments.deployment_id end ignore nulls) over (
            partition by deployments.service, deployments.environment_key
            order by deployments.placed_at, deployments.created_at, deployments.deployment_id
            rows between unbounded preceding and 1 preceding
        ) as previous_deployment_id,
        coalesce(
            deployments.is_finished
            and deployments.sha = lag(deployments.sha) over (
                partition by deployments.service, deployments.environment_key, deployments.is_finished
                order by deployments.placed_at, deployments.created_at, deployments.deployment_id
            ),
            false
        ) as is_retry
    from deployments
),

final as (
    select
        placed.*,
        -- A retry belongs to the first attempt; together they count as one deployment.
        last_value(case when not placed.is_retry then placed.deployment_id end ignore nulls) over (
            partition by placed.service, placed.environment_key, placed.is_finished
            order by placed.placed_at, placed.created_at, placed.deployment_id
            rows between unbounded preceding and current row
        ) as first_attempt_id,
        row_number() over (
            partition by placed.service, placed.environment_key
            order by placed.placed_at, placed.created_at, placed.deployment_id
        ) as place,
        placed.status = 'success' and placed.previous_deployment_id is null as is_first_of_service
    from placed
)

select * from final
