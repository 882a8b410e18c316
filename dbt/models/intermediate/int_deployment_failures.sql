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

-- Whatever ended it first counts: the incident's resolution, a later deployment, or its flag that was taken back.
ended as (
    select
        ends.incident_id,
        min(ends.ended_at) as ended_at
    from {{ ref('int_incident_ends') }} as ends
    group by ends.incident_id
),

-- Of several incidents the last to end makes it good; while one of them lasts, none does.
by_incident as (
    select
        deployments.deployment_id,
        'incident' as rule,
        2 as precedence,
        'incident ' || links.incident_id || ' is linked to it by ' || links.link_rule as reason,
        case
            when count(*) over of_one = count(ended.ended_at) over of_one then max(ended.ended_at) over of_one
        end as recovered_at
    from {{ ref('int_incident_deployments') }} as links
    inner join deployments on links.deployment_id = deployments.deployment_id
    left join ended on links.incident_id = ended.incident_id
    window of_one as (partition by deployments.deployment_id)
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
        least(repairs.repaired_at, min(rescues.rolled_back_at)) as recovered_at
    from {{ ref('int_deployment_repairs') }} as repairs
    left join {{ ref('int_deployment_rescues') }} as rescues
        on repairs.deployment_id = rescues.deployment_id and repairs.broken_change_key = rescues.change_key
    group by
        repairs.deployment_id, repairs.kind, repairs.fixing_change_key, repairs.broken_change_key, repairs.repaired_at
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
