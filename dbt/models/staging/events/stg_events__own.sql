-- One row per event of our own that the marts count: a ticket that we made of another, a specification that we posted.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where source = {{ own_source() }} and event_type in ({{ own_events() }})
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('message_id') }} as message_id,
        {{ payload_text('tracker') }} as tracker,
        {{ payload_text('ticket_key') }} as ticket_key,
        {{ payload_text('created_key') }} as created_key,
        {{ payload_text('remote_id') }} as remote_id
    from events
)

select * from final
