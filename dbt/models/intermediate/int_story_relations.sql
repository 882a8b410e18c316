-- One row per story with a parent, or a story whose learning it came from, as keys that resolve.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

-- A tracker's own ticket goes before another tracker's of the same key.
tracker_keys as (
    select * from {{ ref('int_tracker_keys') }}
),

origins as (
    select
        events.story_key,
        coalesce(tracker_keys.story_key, ticket_keys.story_key, events.to_key) as origin_story_key
    from {{ ref('int_ticket_events') }} as events
    left join tracker_keys
        on
            events.source = tracker_keys.source
            and events.instance = tracker_keys.instance
            and events.to_key = tracker_keys.ticket_key
    left join ticket_keys on events.to_key = ticket_keys.ticket_key
    where
        events.event_type = 'ticket.linked'
        and lower(events.relation) in ({{ setting_values('follow_up_relations') }})
    qualify row_number() over (partition by events.story_key order by events.occurred_at, events.event_id) = 1
),

eligible as (
    select
        tickets.story_key,
        coalesce(tickets.type_level, case when tickets.is_subtask then -1 else 0 end) = 0
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('unmeasured_types') }})
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('incident_types') }})
        -- What a user asks, and what a user said, is no work.
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('interview_types') }})
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('support_ticket_types') }})
        and lower(coalesce(tickets.project_key, '?')) not in ({{ setting_values('support_ticket_projects') }})
            as is_eligible
    from tickets
),

parents_of as (
    select
        tickets.story_key,
        tickets.parent_key as told_key,
        coalesce(tracker_keys.story_key, ticket_keys.story_key) as parent_key
    from tickets
    left join tracker_keys
        on
            tickets.source = tracker_keys.source
            and tickets.instance = tracker_keys.instance
            and tickets.parent_key = tracker_keys.ticket_key
    left join ticket_keys on tickets.parent_key = ticket_keys.ticket_key
),

final as (
    select
        tickets.story_key,
        coalesce(tickets.parent_key, tickets.told_key) as parent_key,
        origins.origin_story_key,
        eligible.is_eligible and not coalesce(parents.is_eligible, false) as is_measured
    from parents_of as tickets
    inner join eligible on tickets.story_key = eligible.story_key
    left join eligible as parents on tickets.parent_key = parents.story_key
    left join origins on tickets.story_key = origins.story_key
)

select * from final
