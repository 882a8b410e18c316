-- One row per current event of a ticket that is known, with the story key that names it now.
{{ config(materialized='table') }}

with ticket_events as (
    select * from {{ ref('stg_events__ticket') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

-- A list of comments or links may know a ticket by its key alone.
keys as (
    select
        tickets.source,
        tickets.instance,
        unnest(list_distinct(list_append(tickets.previous_keys, tickets.ticket_key))) as ticket_key,
        tickets.story_key
    from tickets
),

final as (
    select
        coalesce(tickets.story_key, keys.story_key) as story_key,
        ticket_events.*
    from ticket_events
    left join tickets
        on
            ticket_events.source = tickets.source
            and ticket_events.instance = tickets.instance
            and ticket_events.subject = tickets.subject
    left join keys
        on
            ticket_events.source = keys.source
            and ticket_events.instance = keys.instance
            and ticket_events.ticket_key = keys.ticket_key
            and tickets.story_key is null
    where coalesce(tickets.story_key, keys.story_key) is not null
    qualify row_number() over (
        partition by ticket_events.event_id
        order by coalesce(tickets.story_key, keys.story_key)
    ) = 1
)

select * from final
