-- One row per current configuration of a board, its columns as JSON in board order.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type = 'board.configured'
),

final as (
    select
        events.event_id,
        events.source,
        events.instance,
        events.subject,
        events.occurred_at,
        events.observed_at,
        events.raw_position,
        {{ payload_text('board_id') }} as board_id,
        {{ payload_text('name') }} as board_name,
        {{ payload_text('project_key') }} as project_key,
        json_extract(events.payload, '$.columns') as board_columns
    from events
)

select * from final
