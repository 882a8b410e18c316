-- One row per deployment and rule by which it failed, with the sentence that says why and the moment that made it good.
{{ config(materialized='table') }}

with deployments as (
    select * from {{ ref('int_deployment_order') }}
),

successes as (
    select *
    from deployments
    where status = 'success'
),

-- Any later success makes it good, a retry of the same commit as well.
by_status as (
    select
        deployments.deployment_id,
        'status' as rule,
        1 as precedence,
        'its own status is a failure' as reason,
        min(successes.finished_at) as recovered_at
    from deployments
    left join successes
        on
            deployments.service = successes.service
            and deployments.environment_key = successes.environment_key
            and deployments.finished_at < successes.finished_at
    where deployments.status = 'failed'
    group by deployments.deployment_id
),

-- What went out before the incident was seen cannot have ended it.
by_incident as (
    select
        deployments.deployment_id,
        'incident' as rule,
        2 as precedence,
        'incident ' || incidents.incident_id || ' is linked to it by ' || links.link_rule as reason,
        least(
            case when incidents.resolved_at >= deployments.finished_at then incidents.resolved_at end,
            min(successes.finished_at)
        ) as recovered_at
    from {{ ref('int_incident_deployments') }} as links
    inner join {{ ref('int_incidents') }} as incidents on links.incident_id = incidents.incident_id
    inner join deployments on links.deployment_id = deployments.deployment_id
    left join successes
        on
            deployments.service = successes.service
            and deployments.environment_key = successes.environment_key
            and deployments.sha is distinct from successes.sha
            and deployments.finished_at < successes.finished_at
            and incidents.opened_at < successes.finished_at
    group by
        deployments.deployment_id, deployments.finished_at, incidents.incident_id, incidents.resolved_at,
        links.link_rule
),

by_rollback as (
    select
        rollbacks.deployment_id,
        'rollback' as rule,
        3 as precedence,
        'deployment ' || rollbacks.rollback_deployment_id || ' put an older commit back' as reason,
        rollbacks.rolled_back_at as recovered_at
    from {{ ref('int_deployment_rollbacks') }} as rollbacks
),

by_repair as (
    select
        repairs.deployment_id,
        repairs.kind as rule,
        4 as precedence,
        repairs.fixing_change_key || ' is a ' || repairs.kind || ' of ' || repairs.broken_change_key
        || ', which it carried' as reason,
        repairs.repaired_at as recovered_at
    from {{ ref('int_deployment_repairs') }} as repairs
),

final as (
    select * from by_status
    union all
    select * from by_incident
    union all
    select * from by_rollback
    union all
    select * from by_repair
)

select * from final
