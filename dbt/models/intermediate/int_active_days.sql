-- One row per day (UTC) on which anybody was active: how many were, our own people and programs left out.
{{ config(materialized='table', tags=['usage']) }}

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
