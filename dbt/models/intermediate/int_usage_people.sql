-- One row per person with product events: one of our own, a program, or neither.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['person_key'], 'never_null': ['person_key'], 'is_touched_throughout': true, 'follows': ['int_usage_paces']}
) }}

with paces as (
    select * from {{ ref('int_usage_paces') }}
),

final as (
    select
        paces.person_key,
        paces.internal_day_count > 0 as is_internal,
        paces.most_events > {{ var('impact').bot_events_per_day }}
        or (paces.fast_day_count >= 3 and paces.fast_day_count * 2 >= paces.day_count) as is_bot,
        paces.last_active_at
    from paces
)

select * from final
