-- One row per deployment of a service to an environment, with what it carried, whether it failed and what made it good.
with outcomes as (
    select * from {{ ref('int_deployment_outcomes') }}
),

final as (
    select
        outcomes.deployment_id,
        outcomes.service,
        outcomes.environment,
        outcomes.is_production,
        outcomes.sha,
        outcomes.started_at,
        outcomes.finished_at,
        outcomes.status,
        outcomes.previous_deployment_id,
        outcomes.change_count,
        outcomes.is_failed,
        outcomes.failure_reason,
        outcomes.recovered_at,
        outcomes.recovery_seconds,
        outcomes.is_rework,
        outcomes.failure_rule,
        outcomes.is_retry,
        outcomes.first_attempt_id,
        outcomes.rollout_id,
        outcomes.is_first_of_service,
        outcomes.repository,
        outcomes.ref,
        outcomes.created_at,
        outcomes.url
    from outcomes
)

select * from final
