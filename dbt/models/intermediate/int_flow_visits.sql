-- One row per visit of a story to a status that began by now: what it counts as, which move it was, whether it is work.
{{ config(materialized='table') }}

with tickets as (
    select
        tickets.story_key,
        -- A project with a table of its own is not told by the others' one.
        case
            when lower(tickets.project_key) in ({{ setting_values('flow_projects') }}) then lower(tickets.project_key)
        end as declared_project
    from {{ ref('int_tickets') }} as tickets
),

visits as (
    select
        visits.*,
        coalesce(visits.previous_category, 'unknown') as category_before,
        {{ as_of() }} as as_of
    from {{ ref('int_status_visits') }} as visits
),

statuses as (
    select * from {{ ref('stg_settings__flow_statuses') }}
),

final as (
    select
        visits.story_key,
        visits.position,
        visits.entered_at,
        cast(date_trunc('week', visits.entered_at at time zone 'UTC') as date) as week_on,
        case when visits.left_at <= visits.as_of then visits.left_at end as left_at,
        coalesce(nullif(visits.status_category, 'unknown'), visits.category_before) as category,
        visits.status_category = 'in_progress' and visits.category_before <> 'in_progress' as is_start,
        visits.status_category = 'done' and visits.category_before <> 'done' as is_finish,
        visits.status_category = 'cancelled' and visits.category_before <> 'cancelled' as is_cancellation,
        visits.status_category in ('to_do', 'in_progress') and visits.category_before = 'done' as is_reopening,
        statuses.kind
    from visits
    inner join tickets on visits.story_key = tickets.story_key
    left join statuses
        on
            lower(visits.status) = statuses.status_name
            and coalesce(tickets.declared_project, '') = coalesce(lower(statuses.project_key), '')
    where visits.entered_at <= visits.as_of
)

select * from final
