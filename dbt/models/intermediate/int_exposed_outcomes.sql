-- One row per story, flag, epoch and person who met the feature and counts: what became of them, in half-open windows.
{{ config(tags=['usage']) }}

with windows as (
    select * from {{ ref('int_exposed_windows') }}
),

final as (
    select
        windows.*,
        coalesce(people.last_active_at >= {{ hours_after('windows.first_exposed_at', 24) }}, false)
            as has_returned_unbounded
    from windows
    left join {{ ref('int_usage_people') }} as people on windows.person_key = people.person_key
)

select * from final
