-- One row per day (UTC) on which anybody was active: how many were, our own people and programs left out.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['day_on'], 'never_null': ['person_key', 'day_on'],
        'adds_up': {'by': ['person_key', 'day_on'], 'of': 'int_usage_days', 'counted': 'active_people'},
        'follows': {
            'int_usage_days': {
                'touches': 'active_days_touched_by_days', 'is_unique': true,
                'columns': ['person_key', 'day_on', 'active_count'],
            },
            'int_usage_people': {
                'touches': 'active_days_touched_by_kinds_of_people', 'narrowed_by': ['person_key'], 'is_unique': true,
                'columns': ['person_key', 'is_internal', 'is_bot'],
            },
        }}
) }}

with people as (
    select * from {{ ref('int_usage_people') }}
    where not is_internal and not is_bot
),

final as (
    select
        days.day_on,
        count(*) as active_people
    from {{ ref('int_usage_days') }} as days
    inner join people on days.person_key = people.person_key
    where days.active_count > 0
    group by days.day_on
)

select * from final
