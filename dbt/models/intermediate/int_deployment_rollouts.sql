-- One row per finished production deployment with the rollout that it is a part of: one commit on its way through the
-- environments of a service, each of which it reaches once.
{{ config(materialized='table') }}

with deployments as (
    select
        *,
        coalesce(sha, first_attempt_id) as what
    from {{ ref('int_deployment_order') }}
    where is_production and is_finished
),

-- How often an environment has had this commit before: the second time is another rollout, and a retry is none.
numbered as (
    select
        deployments.*,
        sum(cast(not deployments.is_retry as integer)) over (
            partition by deployments.service, deployments.environment_key, deployments.what
            order by deployments.placed_at, deployments.created_at, deployments.deployment_id
        ) as visit
    from deployments
),

spaced as (
    select
        numbered.*,
        coalesce(
            numbered.placed_at > lag(numbered.placed_at) over (
                partition by numbered.service, numbered.what, numbered.visit
                order by numbered.placed_at, numbered.created_at, numbered.deployment_id
            ) + to_hours({{ var('rollout_window_hours') }})
            and not numbered.is_retry,
            false
        ) as is_late
    from numbered
),

parted as (
    select
        spaced.*,
        sum(cast(spaced.is_late as integer)) over (
            partition by spaced.service, spaced.what, spaced.visit
            order by spaced.placed_at, spaced.created_at, spaced.deployment_id
        ) as part
    from spaced
),

final as (
    select
        parted.deployment_id,
        first_value(parted.deployment_id) over (
            partition by parted.service, parted.what, parted.visit, parted.part
            order by parted.placed_at, parted.created_at, parted.deployment_id
        ) as rollout_id
    from parted
)

select * from final
