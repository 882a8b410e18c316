-- One row per person with product events: one of our own, a program, or neither.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['person_key'], 'never_null': ['person_key'], 'follows': ['int_usage_days']}
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

counted as (
    select
        paced.person_key,
        count(*) as day_count,
        count(*) filter (where paced.is_fast) as fast_day_count,
        max(paced.event_count) as most_events,
        bool_or(paced.is_internal) as is_internal,
        max(paced.last_active_at) as last_active_at
    from paced
    group by paced.person_key
),

final as (
    select
        counted.person_key,
        counted.is_internal,
        counted.most_events > {{ var('impact').bot_events_per_day }}
        or (counted.fast_day_count >= 3 and counted.fast_day_count * 2 >= counted.day_count) as is_bot,
        counted.last_active_at
    from counted
)

select * from final
