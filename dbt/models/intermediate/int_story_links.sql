-- One row per story, relation and ticket key that the tracker links it to: the other story, or why there is none.
{{ config(materialized='table') }}

with told as (
    select
        tickets.story_key,
        events.relation,
        events.to_key,
        tracker_keys.story_key as own_story_key
    from {{ ref('stg_events__ticket') }} as events
    inner join {{ ref('int_tickets') }} as tickets
        on
            events.source = tickets.source
            and events.instance = tickets.instance
            and events.subject = tickets.subject
    -- A tracker's own ticket goes before another tracker's of the same key.
    left join {{ ref('int_tracker_keys') }} as tracker_keys
        on
            events.source = tracker_keys.source
            and events.instance = tracker_keys.instance
            and events.to_key = tracker_keys.ticket_key
    where events.event_type = 'ticket.linked' and events.to_key is not null
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

resolved as (
    select
        told.story_key,
        told.relation,
        told.to_key,
        coalesce(told.own_story_key, ticket_keys.story_key) as to_story_key
    from told
    left join ticket_keys on told.to_key = ticket_keys.ticket_key
),

final as (
    select
        resolved.story_key,
        coalesce(resolved.relation, 'linked to') as relation,
        resolved.to_key,
        resolved.to_story_key,
        resolved.to_story_key is not null as is_linked,
        case
            when resolved.to_story_key is not null
                then
                    resolved.story_key || ' ' || coalesce(resolved.relation, 'linked to')
                    || ' ' || resolved.to_story_key
            else 'no ticket ' || resolved.to_key || ' is known'
        end as reason
    from resolved
    qualify row_number() over (
        partition by resolved.story_key, resolved.relation, coalesce(resolved.to_story_key, resolved.to_key)
        order by resolved.to_key
    ) = 1
)

select * from final
