-- One row per deployment of a service to an environment, with what it carried, whether it failed and what made it good.
{{ config(materialized='table') }}

with deployments as (
    select * from {{ ref('int_deployment_order') }}
),

fixes as (
    select distinct change_key
    from {{ ref('int_change_fixes') }}
),

-- Work on tickets of a type that the settings call unplanned, and on no other ticket.
unplanned as (
    select story_changes.change_key
    from {{ ref('int_story_changes') }} as story_changes
    left join {{ ref('int_tickets') }} as tickets on story_changes.story_key = tickets.story_key
    group by story_changes.change_key
    having bool_and(coalesce(lower(tickets.ticket_type) in ({{ setting_values('rework_types') }}), false))
),

carried as (
    select
        carried.deployment_id,
        count(*) as change_count,
        bool_and(fixes.change_key is not null or unplanned.change_key is not null) as is_all_rework
    from {{ ref('int_change_deployments') }} as carried
    left join fixes on carried.change_key = fixes.change_key
    left join unplanned on carried.change_key = unplanned.change_key
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
        deployments.*,
        coalesce(carried.change_count, 0) as change_count,
        failures.deployment_id is not null as is_failed,
        failures.failure_reason,
        failures.failure_rule,
        failures.recovered_at,
        {{ seconds_between('deployments.finished_at', 'failures.recovered_at') }} as recovery_seconds,
        deployments.is_production
        and deployments.status = 'success'
        and coalesce(carried.is_all_rework, false) as is_rework,
        rollouts.rollout_id
    from deployments
    left join carried on deployments.deployment_id = carried.deployment_id
    left join failures on deployments.deployment_id = failures.deployment_id
    left join {{ ref('int_deployment_rollouts') }} as rollouts on deployments.deployment_id = rollouts.deployment_id
)

select * from final
