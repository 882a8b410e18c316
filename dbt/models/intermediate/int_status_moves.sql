-- One row per visit of a ticket to a status as its history tells it: the status it was created in, then each move.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

-- Histories come doubled and in any order; a move to the status it came from is no move.
moves as (
    select
        ticket_events.*,
        coalesce(ticket_events.from_status_id, ticket_events.from_status_name) as from_key,
        coalesce(ticket_events.to_status_id, ticket_events.to_status_name) as to_key,
        try_cast(ticket_events.history_id as hugeint) as history_order
    from ticket_events
    where
        ticket_events.event_type = 'ticket.status_changed'
        and coalesce(ticket_events.from_status_id, ticket_events.from_status_name)
        is distinct from coalesce(ticket_events.to_status_id, ticket_events.to_status_name)
    qualify row_number() over (
        partition by ticket_events.story_key, ticket_events.occurred_at, from_key, to_key
        order by ticket_events.event_id
    ) = 1
),

ordered as (
    select
        moves.*,
        row_number() over (
            partition by moves.story_key
            order by moves.occurred_at, moves.history_order nulls last, moves.event_id
        ) as position
    from moves
),

creations as (
    select
        ticket_events.story_key,
        ticket_events.status_id,
        ticket_events.status_name
    from ticket_events
    where ticket_events.event_type = 'ticket.created'
    qualify row_number() over (
        partition by ticket_events.story_key
        order by ticket_events.occurred_at, ticket_events.event_id
    ) = 1
),

initial as (
    select
        tickets.story_key,
        0 as position,
        tickets.created_at as entered_at,
        case
            when creations.status_id is not null or creations.status_name is not null
                then {'id': creations.status_id, 'name': creations.status_name}
            when ordered.story_key is not null
                then {'id': ordered.from_status_id, 'name': ordered.from_status_name}
            else {'id': tickets.status_id, 'name': tickets.status_name}
        end as status
    from tickets
    left join creations on tickets.story_key = creations.story_key
    left join ordered on tickets.story_key = ordered.story_key and ordered.position = 1
),

visits as (
    select
        initial.story_key,
        initial.position,
        initial.entered_at,
        initial.status.id as status_id,
        initial.status.name as status_name,
        cast(null as varchar) as came_from_key
    from initial
    union all
    select
        ordered.story_key,
        ordered.position,
        ordered.occurred_at as entered_at,
        ordered.to_status_id as status_id,
        ordered.to_status_name as status_name,
        ordered.from_key as came_from_key
    from ordered
),

final as (
    select
        visits.*,
        coalesce(
            visits.came_from_key <> lag(coalesce(visits.status_id, visits.status_name)) over (
                partition by visits.story_key
                order by visits.position
            ), false
        ) as is_after_gap
    from visits
    where visits.status_id is not null or visits.status_name is not null
)

select * from final
