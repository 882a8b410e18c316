-- One row per current definition of a status: its present name and category.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type = 'status.defined'
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
        {{ payload_text('status_id') }} as status_id,
        {{ payload_text('name') }} as status_name,
        {{ payload_text('category') }} as status_category
    from events
)

select * from final
