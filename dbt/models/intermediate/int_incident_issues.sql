-- One row per issue of a code host that is an incident by one of its labels.
with issue_events as (
    select * from {{ ref('stg_events__issue') }}
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
        issue_events.repository || '#' || issue_events.number as told_id,
        issue_events.repository,
        min(issue_events.source) as source,
        min(issue_events.instance) as instance,
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

final as (
    select
        issues.* exclude (newest, last_closed_at, last_reopened_at),
        repositories.service,
        case
            when issues.newest is not null then issues.newest.closed_at
            when issues.last_closed_at >= coalesce(issues.last_reopened_at, issues.last_closed_at)
                then issues.last_closed_at
        end as resolved_at
    from issues
    left join repositories on issues.repository = repositories.repository
)

select * from final
