-- One row per deployment of a service to an environment, with what it carried, whether it failed and what made it good.
with deployments as (
    select * from {{ ref('int_deployment_order') }}
),

carried as (
    select
        carried.deployment_id,
        count(*) as change_count,
        bool_and(carried.change_key in (select fixes.change_key from {{ ref('int_change_fixes') }} as fixes))
            as is_all_fixes
    from {{ ref('int_change_deployments') }} as carried
    where carried.is_known
    group by carried.deployment_id
),

failures as (
    select
        failures.deployment_id,
        string_agg(failures.reason, '; ' order by failures.precedence, failures.reason) as failure_reason,
        arg_min(failures.rule, (failures.precedence, failures.reason)) as failure_rule,
        min(failures.recovered_at) as recovered_at
    from {{ ref('int_deployment_failures') }} as failures
    group by failures.deployment_id
),

final as (
    select
        deployments.deployment_id,
        deployments.service,
        deployments.environment,
        deployments.is_production,
        deployments.sha,
        deployments.started_at,
        deployments.finished_at,
        deployments.status,
        deployments.previous_deployment_id,
        coalesce(carried.change_count, 0) as change_count,
        failures.deployment_id is not null as is_failed,
        failures.failure_reason,
        failures.recovered_at,
        {{ seconds_between('deployments.finished_at', 'failures.recovered_at') }} as recovery_seconds,
        deployments.is_production
        and deployments.status = 'success'
        and coalesce(carried.is_all_fixes, false) as is_rework,
        failures.failure_rule,
        deployments.is_retry,
        deployments.first_attempt_id,
        deployments.is_first_of_service,
        deployments.repository,
        deployments.ref,
        deployments.created_at,
        deployments.url
    from deployments
    left join carried on deployments.deployment_id = carried.deployment_id
    left join failures on deployments.deployment_id = failures.deployment_id
)

select * from final
