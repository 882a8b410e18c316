-- One row per story that came of what another taught, by its own link, or because we made it so.
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

linked as (
    select
        events.story_key,
        coalesce(tracker_keys.story_key, ticket_keys.story_key, events.to_key) as origin_story_key,
        events.occurred_at,
        events.event_id
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
),

-- Whatever the tracker calls their link: it was made as the follow-up of its origin.
made as (
    select
        tracker_keys.story_key,
        tickets.story_key as origin_story_key,
        events.occurred_at,
        events.event_id
    from {{ ref('stg_events__own') }} as events
    inner join tickets on events.tracker = tickets.source and events.subject = tickets.subject
    inner join tracker_keys
        on
            tickets.source = tracker_keys.source
            and tickets.instance = tracker_keys.instance
            and events.created_key = tracker_keys.ticket_key
    where events.event_type = 'follow_up.created'
),

told as (
    select * from linked
    union all
    select * from made
),

final as (
    select
        told.story_key,
        told.origin_story_key
    from told
    -- Nothing is learned from itself.
    where told.origin_story_key <> told.story_key
    qualify row_number() over (partition by told.story_key order by told.occurred_at, told.event_id) = 1
)

select * from final
