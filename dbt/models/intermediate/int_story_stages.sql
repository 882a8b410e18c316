-- One row per story and pair of neighbouring known milestones, and one for what a story waits for now.
{{ config(materialized='table') }}

with milestones as (
    select * from {{ ref('int_story_milestones') }}
),

statuses as (
    select * from {{ ref('int_story_status_milestones') }}
),

changes as (
    select * from {{ ref('int_story_changes_summary') }}
),

names as (
    select
        milestones_in_order.position,
        milestones_in_order.milestone
    from (
        values
        (1, 'interview'), (2, 'backlog'), (3, 'spec'), (4, 'code_complete'), (5, 'reviewed'), (6, 'production'),
        (7, 'full_rollout')
    ) as milestones_in_order (position, milestone)
),

listed as (
    select
        milestones.story_key,
        unnest(range(1, 8)) as position,
        unnest([
            milestones.interviewed_at, milestones.backlog_at, milestones.spec_at, milestones.code_complete_at,
            milestones.reviewed_at, milestones.production_at, milestones.full_rollout_at
        ]) as reached_at
    from milestones
),

known as (
    select
        listed.story_key,
        listed.position,
        listed.reached_at as entered_at,
        lead(listed.position) over in_order as next_position,
        lead(listed.reached_at) over in_order as left_at
    from listed
    where listed.reached_at is not null
    window in_order as (partition by listed.story_key order by listed.position)
),

-- What comes next is expected next; but once work has begun, nobody waits for a specification.
expected as (
    select
        known.story_key,
        known.position,
        known.entered_at,
        known.left_at,
        known.next_position is null as is_last,
        case
            when known.next_position is not null then known.next_position
            when known.position = 2 and (statuses.begun_at is not null or changes.set_size > 0) then 4
            else known.position + 1
        end as next_position
    from known
    left join statuses on known.story_key = statuses.story_key
    left join changes on known.story_key = changes.story_key
    -- Behind full rollout nothing follows.
    where known.position < 7
),

final as (
    select
        expected.story_key,
        expected.position,
        expected.next_position,
        expected.entered_at,
        expected.left_at,
        expected.is_last,
        names.milestone as from_milestone,
        next_names.milestone as to_milestone,
        names.milestone || '_to_' || next_names.milestone as stage
    from expected
    inner join names on expected.position = names.position
    inner join names as next_names on expected.next_position = next_names.position
)

select * from final
