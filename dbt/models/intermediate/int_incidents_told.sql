-- One row per incident that a producer told as such, by producer and its own id: two producers may use one id.
with incident_events as (
    select * from {{ ref('stg_events__incident') }}
),

service_names as (
    select * from {{ ref('int_service_names') }}
),

folded as (
    select
        incident_events.source,
        incident_events.instance,
        incident_events.incident_id as told_id,
        max(incident_events.service) as told_service,
        max(incident_events.environment) as environment,
        max(incident_events.title) as title,
        max(incident_events.deployment_id) as vendor_deployment_id,
        max(incident_events.sha) as sha,
        max(incident_events.flag_key) as flag_key,
        max(incident_events.severity) as severity,
        bool_or(incident_events.is_critical) as is_critical,
        max(incident_events.kind) as kind,
        max(incident_events.url) as url,
        min(incident_events.occurred_at) as opened_at,
        max(incident_events.occurred_at)
        filter (where incident_events.event_type = 'incident.resolved') as resolved_at
    from incident_events
    group by incident_events.source, incident_events.instance, incident_events.incident_id
),

final as (
    select
        folded.* exclude (told_service),
        coalesce(service_names.service, folded.told_service) as service
    from folded
    left join service_names on folded.told_service = service_names.name
)

select * from final
