-- One row per story and moment at which its resolution was set, changed or cleared: the last word of that moment.
with ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

final as (
    select
        ticket_events.story_key,
        ticket_events.occurred_at as resolved_at,
        ticket_events.to_value as resolution
    from ticket_events
    where ticket_events.event_type = 'ticket.field_changed' and ticket_events.field = 'resolution'
    qualify row_number() over (
        partition by ticket_events.story_key, ticket_events.occurred_at
        order by try_cast(ticket_events.history_id as hugeint) desc nulls last, ticket_events.event_id desc
    ) = 1
)

select * from final
