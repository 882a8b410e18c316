-- One row per incident: told as such, kept as an issue with an incident's label, or as a ticket of an incident's type.
{{ config(materialized='table') }}

with told as (
    select
        *,
        cast(null as varchar) as repository,
        cast(null as bigint) as issue_number,
        cast(null as varchar) as story_key,
        cast(null as varchar) as body
    from {{ ref('int_incidents_told') }}
),

issues as (
    select
        *,
        cast(null as varchar) as story_key
    from {{ ref('int_incident_issues') }}
),

tickets as (
    select * from {{ ref('int_incident_tickets') }}
),

found as (
    select * from told
    union all by name
    select issues.*
    from issues
    left join told on issues.told_id = told.told_id
    -- Told both ways under the issue's full name, the producer that knows the deployment wins.
    where told.told_id is null
    union all by name
    select * from tickets
),

-- Producers may share an id: the first keeps it, the next are told apart by the source's name, then by its instance.
ranked as (
    select
        found.*,
        row_number() over (
            partition by found.told_id
            order by found.source, found.instance, found.story_key nulls first
        ) as rank_of_id,
        row_number() over (
            partition by found.told_id, found.source
            order by found.instance, found.story_key nulls first
        ) as rank_in_source
    from found
),

final as (
    select
        case
            when ranked.rank_of_id = 1 then ranked.told_id
            when ranked.rank_in_source = 1 then ranked.source || ':' || ranked.told_id
            when ranked.story_key is not null then ranked.source || ':ticket:' || ranked.told_id
            else ranked.source || ':' || ranked.instance || ':' || ranked.told_id
        end as incident_id,
        ranked.source,
        ranked.instance,
        ranked.repository,
        ranked.issue_number,
        ranked.story_key,
        ranked.service,
        ranked.environment,
        ranked.title,
        ranked.body,
        ranked.vendor_deployment_id,
        ranked.sha,
        ranked.flag_key,
        ranked.severity,
        ranked.is_critical,
        ranked.kind,
        ranked.url,
        ranked.opened_at,
        ranked.resolved_at
    from ranked
)

select * from final
