-- One row per incident: told as such, kept as an issue with an incident's label, or as a ticket of an incident's type.
{{ config(materialized='table') }}

with issue_events as (
    select * from {{ ref('stg_events__issue') }}
),

incident_events as (
    select * from {{ ref('stg_events__incident') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

-- A label that was taken off when the fire was out still told of a fire.
marked as (
    select distinct issue_events.subject
    from issue_events
    where
        (
            issue_events.event_type = 'issue.labeled'
            and lower(issue_events.label) in ({{ setting_values('incident_labels') }})
        )
        or (
            issue_events.event_type = 'issue.updated'
            and {{ has_label('issue_events.labels', 'incident_labels') }}
        )
),

issues as (
    select
        issue_events.repository || '#' || issue_events.number as incident_id,
        issue_events.repository,
        min(issue_events.number) as issue_number,
        arg_max(issue_events.title, (issue_events.occurred_at, issue_events.event_id)) as title,
        arg_max(issue_events.body, (issue_events.occurred_at, issue_events.event_id)) as body,
        arg_max(issue_events.url, (issue_events.occurred_at, issue_events.event_id)) as url,
        coalesce(min(issue_events.created_at), min(issue_events.occurred_at)) as opened_at,
        arg_max(
            struct_pack(closed_at := issue_events.closed_at),
            (issue_events.occurred_at, issue_events.event_id)
        ) filter (where issue_events.event_type = 'issue.updated') as newest,
        max(issue_events.occurred_at) filter (where issue_events.event_type = 'issue.closed') as last_closed_at,
        max(issue_events.occurred_at) filter (where issue_events.event_type = 'issue.reopened') as last_reopened_at
    from issue_events
    inner join marked on issue_events.subject = marked.subject
    group by issue_events.repository, issue_events.number
),

told as (
    select
        incident_events.incident_id,
        max(incident_events.service) as service,
        max(incident_events.environment) as environment,
        max(incident_events.title) as title,
        max(incident_events.deployment_id) as vendor_deployment_id,
        max(incident_events.sha) as sha,
        max(incident_events.flag_key) as flag_key,
        max(incident_events.url) as url,
        min(incident_events.occurred_at) as opened_at,
        max(incident_events.occurred_at)
        filter (where incident_events.event_type = 'incident.resolved') as resolved_at
    from incident_events
    group by incident_events.incident_id
),

final as (
    select
        issues.incident_id,
        issues.repository,
        issues.issue_number,
        repositories.service,
        cast(null as varchar) as environment,
        issues.title,
        issues.body,
        cast(null as varchar) as vendor_deployment_id,
        cast(null as varchar) as sha,
        cast(null as varchar) as flag_key,
        issues.url,
        issues.opened_at,
        case
            when issues.newest is not null then issues.newest.closed_at
            when issues.last_closed_at >= coalesce(issues.last_reopened_at, issues.last_closed_at)
                then issues.last_closed_at
        end as resolved_at
    from issues
    left join repositories on issues.repository = repositories.repository
    left join told on issues.incident_id = told.incident_id
    -- Told both ways under one name, the producer that knows the deployment wins.
    where told.incident_id is null
    union all
    select
        told.incident_id,
        cast(null as varchar) as repository,
        cast(null as bigint) as issue_number,
        told.service,
        told.environment,
        told.title,
        cast(null as varchar) as body,
        told.vendor_deployment_id,
        told.sha,
        told.flag_key,
        told.url,
        told.opened_at,
        told.resolved_at
    from told
    union all by name
    select tickets.*
    from {{ ref('int_ticket_incidents') }} as tickets
    left join told on tickets.incident_id = told.incident_id
    where told.incident_id is null
)

select * from final
