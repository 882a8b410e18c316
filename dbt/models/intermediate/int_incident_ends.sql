-- One row per incident and sign of its end after it was noticed: it was resolved, a later deployment of what it is
-- blamed on was out, or a flag was taken back.
{{ config(materialized='table') }}

with incidents as (
    select
        incidents.incident_id,
        incidents.opened_at,
        incidents.resolved_at,
        incidents.flag_key,
        deployments.deployment_id,
        deployments.service,
        deployments.environment_key,
        deployments.sha,
        deployments.finished_at
    from {{ ref('int_incidents') }} as incidents
    left join {{ ref('int_incident_deployments') }} as links on incidents.incident_id = links.incident_id
    left join {{ ref('int_deployment_order') }} as deployments on links.deployment_id = deployments.deployment_id
),

-- What went out before the incident was seen cannot have ended it.
signs as (
    select
        incidents.incident_id,
        'resolved' as ended_by,
        incidents.resolved_at as ended_at
    from incidents
    where
        incidents.resolved_at >= incidents.opened_at
        and (incidents.finished_at is null or incidents.resolved_at >= incidents.finished_at)
    union all
    select
        incidents.incident_id,
        'deployment' as ended_by,
        min(successes.finished_at) as ended_at
    from incidents
    inner join {{ ref('int_deployment_order') }} as successes
        on
            incidents.service = successes.service
            and incidents.environment_key = successes.environment_key
            and incidents.sha is distinct from successes.sha
            and successes.status = 'success'
            and incidents.finished_at < successes.finished_at
            and incidents.opened_at < successes.finished_at
    group by incidents.incident_id
    union all
    select
        incidents.incident_id,
        'flag off' as ended_by,
        min(rescues.rolled_back_at) as ended_at
    from incidents
    inner join {{ ref('int_deployment_rescues') }} as rescues
        on incidents.deployment_id = rescues.deployment_id and incidents.opened_at <= rescues.rolled_back_at
    group by incidents.incident_id
    union all
    select
        incidents.incident_id,
        'flag off' as ended_by,
        min(rollbacks.rolled_back_at) as ended_at
    from incidents
    inner join {{ ref('int_flag_rollbacks') }} as rollbacks
        on incidents.flag_key = rollbacks.flag_key and incidents.opened_at <= rollbacks.rolled_back_at
    where incidents.finished_at is null or incidents.finished_at < rollbacks.rolled_back_at
    group by incidents.incident_id
),

final as (
    select
        signs.incident_id,
        signs.ended_by,
        min(signs.ended_at) as ended_at
    from signs
    group by signs.incident_id, signs.ended_by
)

select * from final
