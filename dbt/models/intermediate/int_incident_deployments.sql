-- One row per incident that a production deployment is blamed for, by the best rule that finds one.
{{ config(materialized='table') }}

with incidents as (
    select * from {{ ref('int_incidents') }}
),

deployments as (
    select *
    from {{ ref('int_deployment_order') }}
    where is_production and is_finished
),

named as (
    select
        incidents.incident_id,
        deployments.deployment_id,
        deployments.finished_at,
        'deployment id' as link_rule,
        1.0 as link_confidence,
        1 as precedence
    from incidents
    inner join deployments
        on
            incidents.vendor_deployment_id in (deployments.vendor_deployment_id, deployments.deployment_id)
            and (incidents.repository is null or incidents.repository = deployments.repository)
),

by_sha as (
    select
        incidents.incident_id,
        deployments.deployment_id,
        deployments.finished_at,
        'sha' as link_rule,
        0.95 as link_confidence,
        2 as precedence
    from incidents
    inner join deployments
        on
            incidents.sha = deployments.sha
            and (incidents.service is null or incidents.service = deployments.service)
            and deployments.finished_at <= incidents.opened_at
),

by_text as (
    select
        incidents.incident_id,
        deployments.deployment_id,
        deployments.finished_at,
        'sha in the text' as link_rule,
        0.9 as link_confidence,
        3 as precedence
    from incidents
    inner join deployments
        on
            incidents.repository = deployments.repository
            and len(deployments.sha) >= 12
            and contains(coalesce(incidents.title, '') || ' ' || incidents.body, deployments.sha)
            and deployments.finished_at <= incidents.opened_at
),

by_change as (
    select
        *,
        4 as precedence
    from {{ ref('int_incident_causes') }}
),

-- A guess, and only within a bound: without one, any incident is blamed on whatever went out last. Whoever names a
-- flag has told what is to blame, and it is no deployment.
by_time as (
    select
        incidents.incident_id,
        deployments.deployment_id,
        deployments.finished_at,
        'time' as link_rule,
        0.5 as link_confidence,
        5 as precedence
    from incidents
    inner join deployments
        on
            (incidents.service = deployments.service or incidents.repository = deployments.repository)
            and deployments.status = 'success'
            and incidents.flag_key is null
            and (incidents.environment is null or lower(incidents.environment) = deployments.environment_key)
            and deployments.finished_at <= incidents.opened_at
            and deployments.finished_at
            >= incidents.opened_at - to_hours({{ var('incident_window_hours') }})
),

candidates as (
    select * from named
    union all
    select * from by_sha
    union all
    select * from by_text
    union all
    select * from by_change
    union all
    select * from by_time
),

final as (
    select
        candidates.incident_id,
        candidates.deployment_id,
        candidates.link_rule,
        candidates.link_confidence
    from candidates
    qualify row_number() over (
        partition by candidates.incident_id
        order by candidates.precedence, candidates.finished_at desc, candidates.deployment_id
    ) = 1
)

select * from final
