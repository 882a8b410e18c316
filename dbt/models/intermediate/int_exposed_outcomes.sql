-- One row per story, flag, epoch and person who met the feature and counts: what became of them, in half-open windows.
{{ config(tags=['usage']) }}

with windows as (
    select * from {{ ref('int_exposed_windows') }}
),

final as (
    select
        windows.*,
        acts.first_used_at,
        coalesce(acts.has_used_again_d1_d7, false) as has_used_again_d1_d7,
        {{ has_ever_returned('windows', 'people') }} as has_returned_unbounded
    from windows
    left join {{ ref('int_exposed_acts') }} as acts on {{ same_exposure('windows', 'acts') }}
    left join {{ ref('int_usage_people') }} as people on windows.person_key = people.person_key
)

select * from final
