-- One row per story and deployment that carried one of its pull requests, or incident that such a deployment caused.
with story_changes as (
    select * from {{ ref('int_story_work') }}
),

carried as (
    select * from {{ ref('int_change_deployments') }}
    where is_known
),

deployments as (
    select * from {{ ref('int_deployments') }}
),

deployment_events as (
    select * from {{ ref('stg_events__deployment') }}
    where event_type = 'deployment.status_changed' and state = 'success'
    qualify row_number() over (partition by subject order by occurred_at, event_id) = 1
),

incidents as (
    select
        incidents.*,
        blamed.deployment_id
    from {{ ref('int_incidents') }} as incidents
    inner join {{ ref('int_incident_deployments') }} as blamed on incidents.incident_id = blamed.incident_id
),

story_deployments as (
    select distinct
        story_changes.story_key,
        carried.deployment_id
    from story_changes
    inner join carried on story_changes.change_key = carried.change_key
),

final as (
    select
        story_deployments.story_key,
        deployment_events.event_id,
        deployment_events.event_type,
        deployment_events.occurred_at,
        'deployment' as lane,
        'Deployed ' || coalesce(deployments.service, deployments.repository)
        || ' to ' || deployments.environment as label,
        coalesce(deployment_events.url, deployments.url) as url
    from story_deployments
    inner join deployments on story_deployments.deployment_id = deployments.deployment_id
    inner join deployment_events on deployments.subject = deployment_events.subject
    union all
    select
        story_deployments.story_key,
        -- An incident is folded from several events, so its two ends are named by it.
        md5('incident.opened ' || incidents.incident_id) as event_id,
        'incident.opened' as event_type,
        incidents.opened_at as occurred_at,
        'incident' as lane,
        'Incident' || coalesce(': ' || incidents.title, ' ' || incidents.incident_id) as label,
        incidents.url
    from story_deployments
    inner join incidents on story_deployments.deployment_id = incidents.deployment_id
    union all
    select
        story_deployments.story_key,
        md5('incident.resolved ' || incidents.incident_id) as event_id,
        'incident.resolved' as event_type,
        incidents.resolved_at as occurred_at,
        'incident' as lane,
        'Incident resolved' || coalesce(': ' || incidents.title, ' ' || incidents.incident_id) as label,
        incidents.url
    from story_deployments
    inner join incidents on story_deployments.deployment_id = incidents.deployment_id
    where incidents.resolved_at is not null
)

select * from final
