-- One row per incident, with the production deployment that is blamed for it and how sure that is.
with incidents as (
    select * from {{ ref('int_incidents') }}
),

links as (
    select * from {{ ref('int_incident_deployments') }}
),

deployments as (
    select * from {{ ref('int_deployment_order') }}
),

ends as (
    select
        incident_id,
        min(ended_at) as ended_at,
        arg_min(ended_by, (ended_at, ended_by)) as ended_by
    from {{ ref('int_incident_ends') }}
    group by incident_id
),

final as (
    select
        incidents.incident_id,
        coalesce(incidents.service, deployments.service) as service,
        incidents.opened_at,
        incidents.resolved_at,
        links.deployment_id,
        links.link_rule,
        cast(links.link_confidence as double) as link_confidence,
        incidents.title,
        incidents.repository,
        case
            when incidents.resolved_at >= incidents.opened_at
                then {{ seconds_between('incidents.opened_at', 'incidents.resolved_at') }}
        end as open_seconds,
        incidents.url,
        incidents.source,
        incidents.environment,
        incidents.severity,
        incidents.is_critical,
        incidents.kind,
        incidents.flag_key,
        incidents.story_key,
        ends.ended_at,
        ends.ended_by
    from incidents
    left join ends on incidents.incident_id = ends.incident_id
    left join links on incidents.incident_id = links.incident_id
    left join deployments on links.deployment_id = deployments.deployment_id
)

select * from final
