-- One row per pull request and production deployment that holds it first, or the one row that says why there is none;
-- and one row per incident, with the deployment that is blamed or the reason why none is.
{{ config(materialized='table') }}

with change_deployments as (
    select * from {{ ref('int_change_deployments') }}
),

first_deployments as (
    select * from {{ ref('int_change_first_deployments') }}
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

incident_deployments as (
    select * from {{ ref('int_incident_deployments') }}
),

final as (
    select
        'change' as from_kind,
        change_deployments.change_key as from_key,
        change_deployments.deployment_id as to_key,
        change_deployments.rule,
        case when change_deployments.is_known then cast(change_deployments.confidence as double) else 0 end
            as confidence,
        change_deployments.is_known as is_linked,
        case
            when change_deployments.is_known
                then
                    'first production deployment of ' || change_deployments.service || ' to '
                    || change_deployments.environment || ' that holds it'
            else 'first deployment of the service: what it carried cannot be known'
        end as reason
    from change_deployments
    union all
    select
        'change' as from_kind,
        first_deployments.change_key as from_key,
        cast(null as varchar) as to_key,
        'none' as rule,
        0 as confidence,
        false as is_linked,
        first_deployments.deployment_link as reason
    from first_deployments
    where first_deployments.seen_deployment_id is null
    union all
    select
        'incident' as from_kind,
        incidents.incident_id as from_key,
        incident_deployments.deployment_id as to_key,
        coalesce(incident_deployments.link_rule, 'none') as rule,
        coalesce(cast(incident_deployments.link_confidence as double), 0) as confidence,
        incident_deployments.deployment_id is not null as is_linked,
        case
            when incident_deployments.link_rule = 'time'
                then 'last production deployment in the {{ var("incident_window_hours") }} hours before it'
            when incident_deployments.deployment_id is not null
                then 'the incident names the deployment by its ' || incident_deployments.link_rule
            when incidents.flag_key is not null then 'it names the flag ' || incidents.flag_key
            else
                'it names no deployment, and none of ' || coalesce(incidents.service, 'its service')
                || ' finished in the {{ var("incident_window_hours") }} hours before it'
        end as reason
    from incidents
    left join incident_deployments on incidents.incident_id = incident_deployments.incident_id
)

select * from final
