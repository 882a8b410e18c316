-- A story stands in one status at a time: no gap, no overlap, and no second visit that lasts.
with visits as (
    select
        *,
        lead(entered_at) over (partition by story_key order by position) as next_entered_at
    from {{ ref('fct_story_status_intervals') }}
)

select *
from visits
where
    (next_entered_at is not null and left_at is distinct from next_entered_at)
    or (is_current and left_at is not null)
    or (is_current and next_entered_at is not null)
