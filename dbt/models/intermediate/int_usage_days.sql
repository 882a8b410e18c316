-- One row per person and day (UTC) with product events: how many, and from when to when.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['person_key', 'day_on'], 'never_null': ['person_key', 'day_on'], 'ordered_by': 'day_on',
        'follows': ['int_usage_events']}
) }}

with events as (
    select * from {{ ref('int_usage_events') }}
    where not is_of_nobody
),

final as (
    select
        events.person_key,
        events.day_on,
        count(*) as event_count,
        count(*) filter (where events.is_active) as active_count,
        min(events.happened_at) as first_at,
        max(events.happened_at) as last_at,
        min(events.happened_at) filter (where events.is_active) as first_active_at,
        max(events.happened_at) filter (where events.is_active) as last_active_at,
        bool_or(events.is_internal) as is_internal
    from events
    group by events.person_key, events.day_on
)

select * from final
