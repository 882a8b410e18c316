-- One row per measured story with what a comparison needs: its milestones, its kind, which was known before the work,
-- since when its developer had AI tools, and until when the log knows of it.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

progress as (
    select * from {{ ref('int_story_progress') }}
),

milestones as (
    select * from {{ ref('int_story_milestones') }}
),

assistance as (
    select * from {{ ref('int_story_ai_assistance') }}
),

flags as (
    select * from {{ ref('int_story_flags') }}
),

-- Who estimates again when the work is done knows the answer: the estimate before the work is that which counts.
first_estimates as (
    select
        events.story_key,
        min_by(try_cast(events.from_value as double), (events.occurred_at, events.event_id)) as estimate,
        true as is_changed
    from {{ ref('int_ticket_events') }} as events
    inner join progress on events.story_key = progress.story_key
    where
        events.event_type = 'ticket.field_changed'
        and events.field = 'estimate'
        and events.occurred_at >= progress.started_at
    group by events.story_key
),

estimated as (
    select
        tickets.*,
        case when first_estimates.is_changed then first_estimates.estimate else tickets.estimate end as first_estimate
    from tickets
    left join first_estimates on tickets.story_key = first_estimates.story_key
),

final as (
    select
        tickets.story_key,
        assistance.developer_key,
        assistance.ai_assistance,
        assistance.enabled_at,
        coalesce(tickets.ticket_type, 'no type') || ', ' || case
            when tickets.first_estimate is null then 'no size'
            when tickets.first_estimate <= 1 then 'up to 1'
            when tickets.first_estimate <= 2 then '2'
            when tickets.first_estimate <= 3 then '3'
            when tickets.first_estimate <= 5 then '5'
            when tickets.first_estimate <= 8 then '8'
            else 'over 8'
        end as stratum,
        milestones.interviewed_at,
        milestones.backlog_at,
        milestones.spec_at,
        milestones.code_complete_at,
        milestones.reviewed_at,
        milestones.production_at,
        milestones.full_rollout_at,
        progress.started_at,
        progress.first_done_at,
        cast(coalesce(progress.reopened_count, 0) as integer) as reopened_count,
        coalesce(flags.flag_count, 0) > 0 as has_flag,
        tickets.is_deleted
        or coalesce(progress.last_status_category, '') in ('done', 'cancelled') as is_over,
        -- An open story is known to be open until the log's newest moment. That does not move in a night with nothing
        -- new, and a source that is stale makes no story look longer than it is known to be.
        (
            select least(log_span.newest_event_at, {{ as_of() }})
            from {{ ref('int_log_span') }} as log_span
        ) as known_until
    from estimated as tickets
    inner join {{ ref('int_story_relations') }} as relations
        on tickets.story_key = relations.story_key and relations.is_measured
    inner join milestones on tickets.story_key = milestones.story_key
    inner join assistance on tickets.story_key = assistance.story_key
    left join progress on tickets.story_key = progress.story_key
    left join flags on tickets.story_key = flags.story_key
)

select * from final
