-- One row per story and week in which something happened to it or at whose end it was in the flow: what that was.
{{ config(materialized='table') }}

with visits as (
    select * from {{ ref('int_flow_visits') }}
),

starts as (
    select
        visits.story_key,
        min(visits.week_on) as week_on
    from visits
    where visits.is_start
    group by visits.story_key
),

happened as (
    select
        tickets.story_key,
        cast(date_trunc('week', tickets.created_at at time zone 'UTC') as date) as week_on,
        'created' as what
    from {{ ref('int_tickets') }} as tickets
    where tickets.created_at <= {{ as_of() }}
    union all
    select
        starts.story_key,
        starts.week_on,
        'started' as what
    from starts
    union all
    select
        visits.story_key,
        visits.week_on,
        'finished' as what
    from visits
    where visits.is_finish
    union all
    select
        visits.story_key,
        visits.week_on,
        'cancelled' as what
    from visits
    where visits.is_cancellation
    union all
    select
        visits.story_key,
        visits.week_on,
        'reopened' as what
    from visits
    where visits.is_reopening
),

flags as (
    select
        happened.story_key,
        happened.week_on,
        bool_or(happened.what = 'created') as is_created,
        bool_or(happened.what = 'started') as is_started,
        bool_or(happened.what = 'finished') as is_finished,
        bool_or(happened.what = 'cancelled') as is_cancelled,
        bool_or(happened.what = 'reopened') as is_reopened
    from happened
    group by happened.story_key, happened.week_on
),

final as (
    select
        coalesce(flags.story_key, loads.story_key) as story_key,
        coalesce(flags.week_on, loads.week_on) as week_on,
        coalesce(flags.is_created, false) as is_created,
        coalesce(flags.is_started, false) as is_started,
        coalesce(flags.is_finished, false) as is_finished,
        coalesce(flags.is_cancelled, false) as is_cancelled,
        coalesce(flags.is_reopened, false) as is_reopened,
        loads.story_key is not null as is_in_flow,
        coalesce(loads.is_in_progress, false) as is_wip,
        case when loads.is_in_progress then loads.age_seconds end as wip_age_seconds,
        finishes.flow_time_seconds,
        finishes.kanban_cycle_time_seconds,
        finishes.declared_seconds,
        finishes.active_seconds
    from flags
    full outer join {{ ref('int_flow_loads') }} as loads
        on flags.story_key = loads.story_key and flags.week_on = loads.week_on
    left join {{ ref('int_flow_finishes') }} as finishes
        on flags.story_key = finishes.story_key and flags.week_on = finishes.week_on
)

select * from final
