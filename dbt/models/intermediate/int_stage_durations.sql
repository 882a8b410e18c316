-- One row per story and stage or whole span that it came into: how long it lasted, or was only seen to last.
{{ config(materialized='table') }}

with milestones as (
    select * from {{ ref('int_story_milestones') }}
),

ends as (
    select
        progress.story_key,
        progress.last_status_category = 'done' as is_done,
        case when progress.last_status_category = 'cancelled' then progress.last_cancelled_at end as cancelled_at
    from {{ ref('int_story_progress') }} as progress
),

stages as (
    select
        'stage' as kind,
        known.story_key,
        known.stage,
        known.position,
        known.entered_at,
        known.left_at
    from {{ ref('int_story_stages') }} as known
),

spans as (
    select
        'span' as kind,
        milestones.story_key,
        unnest([
            {
                'stage': 'idea_lead_time', 'position': 1,
                'entered_at': milestones.interviewed_at, 'left_at': milestones.production_at
            },
            {
                'stage': 'story_cycle_time', 'position': 2,
                'entered_at': milestones.backlog_at, 'left_at': milestones.production_at
            },
            {
                'stage': 'total', 'position': 3,
                'entered_at': coalesce(milestones.interviewed_at, milestones.backlog_at),
                'left_at': milestones.full_rollout_at
            }
        ], recursive := true)
    from milestones
),

joined as (
    select
        gathered.*,
        coalesce(ends.is_done, false) as is_done,
        ends.cancelled_at
    from (
        select * from stages
        union all
        select * from spans
    ) as gathered
    left join ends on gathered.story_key = ends.story_key
    where gathered.entered_at is not null and (ends.cancelled_at is null or gathered.entered_at < ends.cancelled_at)
),

final as (
    select
        joined.kind,
        joined.story_key,
        joined.stage,
        cast(joined.position as integer) as position,
        joined.entered_at,
        case
            when joined.left_at <= coalesce(joined.cancelled_at, joined.left_at) then 'reached'
            when joined.cancelled_at is not null then 'cancelled'
            -- A ticket that is closed without its next milestone waits for nothing: nobody knows whether it came.
            when joined.is_done then 'unknown'
            else 'open'
        end as outcome,
        case outcome
            when 'reached' then {{ seconds_between('joined.entered_at', 'joined.left_at') }}
            when 'cancelled' then {{ seconds_between('joined.entered_at', 'joined.cancelled_at') }}
            when 'open' then {{ age_of('joined.entered_at') }}
        end as duration_seconds
    from joined
)

select * from final
