-- The stages of a story follow each other without a gap, the one that lasts is the last, and working time never runs
-- longer than the calendar's.
with followed as (
    select
        *,
        lag(left_at) over in_order as left_before,
        lag(to_milestone) over in_order as milestone_before,
        row_number() over in_order as place,
        lead(stage) over in_order as stage_after
    from {{ ref('fct_story_stages') }}
    window in_order as (partition by story_key order by position)
)

select *
from followed
where
    (place > 1 and (left_before is distinct from entered_at or milestone_before is distinct from from_milestone))
    or (is_current and (stage_after is not null or left_at is not null or duration_seconds is not null))
    or (not is_current and (left_at is null or age_seconds is not null))
    or abs(coalesce(business_seconds, business_age_seconds)) > abs(coalesce(duration_seconds, age_seconds))
    or visit_count > 0 and (first_entered_at is null or first_entered_at > last_entered_at)
    or is_out_of_order <> coalesce(duration_seconds < 0, false)
