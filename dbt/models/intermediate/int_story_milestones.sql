-- One row per story: its milestones in their fixed order, null where unknown, never clamped.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

statuses as (
    select * from {{ ref('int_story_status_milestones') }}
),

specs as (
    select * from {{ ref('int_story_specs') }}
),

changes as (
    select * from {{ ref('int_story_changes_summary') }}
),

released as (
    select * from {{ ref('int_story_releases') }}
),

-- What users said once it was in production is feedback.
interviews as (
    select
        interviews.story_key,
        min(interviews.occurred_at) as interviewed_at
    from {{ ref('int_story_interviews') }} as interviews
    left join released on interviews.story_key = released.story_key
    where released.production_at is null or interviews.occurred_at < released.production_at
    group by interviews.story_key
),

gathered as (
    select
        tickets.story_key,
        interviews.interviewed_at,
        tickets.created_at as backlog_at,
        least(statuses.spec_at, specs.spec_label_at) as spec_at,
        -- Where there is code, the code tells; a status that somebody moves by hand only stands in for it.
        case when changes.set_size > 0 then changes.code_complete_at else statuses.code_complete_at end
            as code_complete_at,
        case when changes.set_size > 0 then changes.reviewed_at else statuses.reviewed_at end as reviewed_at,
        released.production_at,
        released.full_rollout_at
    from tickets
    inner join released on tickets.story_key = released.story_key
    left join statuses on tickets.story_key = statuses.story_key
    left join specs on tickets.story_key = specs.story_key
    left join changes on tickets.story_key = changes.story_key
    left join interviews on tickets.story_key = interviews.story_key
),

listed as (
    select
        gathered.*,
        [
            gathered.interviewed_at, gathered.backlog_at, gathered.spec_at, gathered.code_complete_at,
            gathered.reviewed_at, gathered.production_at, gathered.full_rollout_at
        ] as in_fixed_order
    from gathered
),

known as (
    select
        listed.story_key,
        unnest(listed.in_fixed_order) as reached_at,
        unnest(range(7)) as position
    from listed
),

steps as (
    select
        known.story_key,
        known.position,
        known.reached_at,
        known.reached_at < lag(known.reached_at) over (
            partition by known.story_key order by known.position
        ) as is_before_previous
    from known
    where known.reached_at is not null
),

ends as (
    select
        steps.story_key,
        count(*) as known_milestones,
        min_by(steps.reached_at, steps.position) as first_at,
        max_by(steps.reached_at, steps.position) as last_at,
        coalesce(bool_or(steps.is_before_previous), false) as has_out_of_order_milestone
    from steps
    group by steps.story_key
),

final as (
    select
        listed.* exclude (in_fixed_order),
        ends.known_milestones,
        case
            when ends.known_milestones > 1 then {{ seconds_between('ends.first_at', 'ends.last_at') }}
        end as total_seconds,
        ends.has_out_of_order_milestone
    from listed
    inner join ends on listed.story_key = ends.story_key
)

select * from final
