-- One row per person with product events: on how many days, how fast and how much; and so one of our own, a program, or
-- neither.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['person_key'], 'never_null': ['person_key', 'day_on'], 'is_touched_throughout': true,
        'adds_up': {'by': ['person_key', 'day_on'], 'of': 'int_usage_days', 'counted': 'day_count',
            'most': ['most_events', 'last_active_at'],
            'tells': {'is_internal': 'is_internal_person', 'is_bot': 'is_bot_person'}},
        'follows': {'int_usage_days': {'is_unique': true, 'columns': [
            'person_key', 'day_on', 'event_count', 'first_at', 'last_at', 'last_active_at', 'is_internal',
        ]}}}
) }}

with days as (
    select * from {{ ref('int_usage_days') }}
),

-- Nobody clicks twenty times at such a pace, day after day.
paced as (
    select
        days.*,
        days.event_count >= 20
        and {{ seconds_between('days.first_at', 'days.last_at') }} * {{ var('impact').bot_events_per_minute }}
        <= (days.event_count - 1) * 60 as is_fast
    from days
),

people as (
    select
        paced.person_key,
        count(*) as day_count,
        count(*) filter (where paced.is_fast) as fast_day_count,
        count(*) filter (where paced.is_internal) as internal_day_count,
        max(paced.event_count) as most_events,
        max(paced.last_active_at) as last_active_at
    from paced
    group by paced.person_key
),

final as (
    select
        people.*,
        {{ is_internal_person() }} as is_internal,
        {{ is_bot_person() }} as is_bot
    from people
)

select * from final
