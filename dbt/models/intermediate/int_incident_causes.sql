-- One row per incident and production deployment that carried what its ticket names as the cause: by a link to the pull
-- request itself, or by one to the story that it belongs to.
{{ config(materialized='table') }}

with incidents as (
    select *
    from {{ ref('int_incidents') }}
    where story_key is not null
),

changes as (
    select * from {{ ref('int_changes') }}
),

pages as (
    select
        incidents.incident_id,
        regexp_extract(events.url, '^https?://[^/]+/([^/]+/[^/]+)/pull/[0-9]+', 1)
        || '#' || regexp_extract(events.url, '/pull/([0-9]+)', 1) as change_key
    from incidents
    inner join {{ ref('int_ticket_events') }} as events on incidents.story_key = events.story_key
    where events.event_type = 'ticket.remote_linked'
),

-- `is caused by` and its like: any other link, as `relates to`, blames nobody.
causes as (
    select
        incidents.incident_id,
        story_changes.change_key
    from incidents
    inner join {{ ref('int_story_links') }} as links on incidents.story_key = links.story_key
    inner join {{ ref('int_story_changes') }} as story_changes on links.to_story_key = story_changes.story_key
    where regexp_matches(links.relation, '(?i)\b(caused by|broken by|introduced by|result of)\b')
),

found as (
    select
        pages.incident_id,
        pages.change_key,
        'pull request' as link_rule,
        0.9 as link_confidence,
        1 as precedence
    from pages
    inner join changes on pages.change_key = changes.change_key
    union all
    select
        causes.incident_id,
        causes.change_key,
        'linked story' as link_rule,
        0.8 as link_confidence,
        2 as precedence
    from causes
),

-- What went out after the incident was seen is its repair, and not its cause.
final as (
    select
        found.incident_id,
        carried.deployment_id,
        deployments.finished_at,
        found.link_rule,
        found.link_confidence
    from found
    inner join incidents on found.incident_id = incidents.incident_id
    inner join {{ ref('int_change_deployments') }} as carried
        on found.change_key = carried.change_key and carried.is_known
    inner join {{ ref('int_deployment_order') }} as deployments
        on
            carried.deployment_id = deployments.deployment_id
            and deployments.is_finished
            and deployments.finished_at <= incidents.opened_at
    qualify row_number() over (
        partition by found.incident_id, carried.deployment_id order by found.precedence, found.change_key
    ) = 1
)

select * from final
