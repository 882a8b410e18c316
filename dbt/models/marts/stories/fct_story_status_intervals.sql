with visits as (
    select * from {{ ref('int_status_visits') }}
),

final as (
    select
        visits.story_key,
        cast(visits.position as integer) as position,
        visits.status,
        visits.status_category,
        cast(visits.visit_number as integer) as visit_number,
        visits.entered_at,
        visits.left_at,
        {{ seconds_between('visits.entered_at', 'visits.left_at') }} as duration_seconds,
        case when visits.is_current then {{ age_of('visits.entered_at') }} end as age_seconds,
        visits.visit_number = 1 as is_first,
        visits.is_current,
        visits.is_after_gap,
        visits.is_migrated
    from visits
)

select * from final
