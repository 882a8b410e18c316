-- One row per story and stage: the time between two neighbouring known milestones, and what an open story waits for.
with stages as (
    select * from {{ ref('int_story_stages') }}
),

stories as (
    select * from {{ ref('fct_stories') }}
),

visits as (
    select * from {{ ref('int_story_stage_visits') }}
),

hours as (
    select * from {{ ref('int_story_stage_hours') }}
),

final as (
    select
        stages.story_key,
        stages.stage,
        cast(stages.position as integer) as position,
        stages.from_milestone,
        stages.to_milestone,
        stages.entered_at,
        stages.left_at,
        {{ seconds_between('stages.entered_at', 'stages.left_at') }} as duration_seconds,
        case when not stages.is_last then hours.business_us / 1e6 end as business_seconds,
        case when stages.is_last then {{ age_of('stages.entered_at') }} end as age_seconds,
        case when stages.is_last then hours.business_us / 1e6 end as business_age_seconds,
        hours.calendar,
        stages.is_last as is_current,
        coalesce(stages.left_at < stages.entered_at, false) as is_out_of_order,
        stories.is_measured,
        visits.first_entered_at,
        visits.last_entered_at,
        cast(coalesce(visits.visit_count, 0) as integer) as visit_count,
        coalesce(visits.visited_us, 0) / 1e6 as total_visit_seconds
    from stages
    inner join stories on stages.story_key = stories.story_key
    left join visits on stages.story_key = visits.story_key and stages.stage = visits.stage
    left join hours on stages.story_key = hours.story_key and stages.stage = hours.stage
    -- Nobody waits for what is done, given up or deleted.
    where not stages.is_last or stories.is_open
)

select * from final
