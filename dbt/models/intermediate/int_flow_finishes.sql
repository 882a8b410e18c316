-- One row per story and week in which it came to done: when it did so last in that week, and what it took until then.
with visits as (
    select * from {{ ref('int_flow_visits') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

finishes as (
    select
        visits.story_key,
        visits.week_on,
        max(visits.entered_at) as finished_at,
        max(visits.position) as position
    from visits
    where visits.is_finish
    group by visits.story_key, visits.week_on
),

-- Of all visits before it, those before an earlier finish included: the work on it is one.
spent as (
    select
        finishes.story_key,
        finishes.week_on,
        min(visits.entered_at) filter (where visits.is_start) as started_at,
        sum({{ seconds_between('visits.entered_at', 'visits.left_at') }}) filter (
            where visits.kind = 'active'
        ) as active_seconds,
        sum({{ seconds_between('visits.entered_at', 'visits.left_at') }}) filter (
            where visits.kind is not null
        ) as declared_seconds,
        coalesce(bool_or(visits.category = 'in_progress' and visits.kind is null), false) as is_partly_undeclared
    from finishes
    inner join visits on finishes.story_key = visits.story_key and finishes.position > visits.position
    group by finishes.story_key, finishes.week_on
),

final as (
    select
        finishes.story_key,
        finishes.week_on,
        finishes.finished_at,
        {{ seconds_between('tickets.created_at', 'finishes.finished_at') }} as flow_time_seconds,
        {{ seconds_between('spent.started_at', 'finishes.finished_at') }} as kanban_cycle_time_seconds,
        -- Work in a status that nobody declared may be either: such a story has no efficiency.
        case when not spent.is_partly_undeclared and spent.declared_seconds > 0 then spent.declared_seconds end
            as declared_seconds,
        case
            when not spent.is_partly_undeclared and spent.declared_seconds > 0 then coalesce(spent.active_seconds, 0)
        end as active_seconds
    from finishes
    inner join tickets on finishes.story_key = tickets.story_key
    left join spent on finishes.story_key = spent.story_key and finishes.week_on = spent.week_on
)

select * from final
