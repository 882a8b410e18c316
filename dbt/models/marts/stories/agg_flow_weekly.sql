-- One row per week, team and story type with what was begun, ended and carried on; where team or type is `all`, all of
-- them together. A week without anything, from a team's first of a type to that of as_of, is a row of zeros.
with stories as (
    select
        story_key,
        coalesce(team, 'unknown') as team,
        coalesce(story_type, 'unknown') as story_type
    from {{ ref('fct_stories') }}
    where is_measured and not is_deleted
),

story_weeks as (
    select
        stories.team,
        stories.story_type,
        weeks.*
    from {{ ref('int_flow_story_weeks') }} as weeks
    inner join stories on weeks.story_key = stories.story_key
),

-- Medians of parts give no median of the whole, so the wholes are counted here as well.
counted as (
    select
        story_weeks.week_on,
        case when grouping(story_weeks.team) = 1 then 'all' else story_weeks.team end as team,
        case when grouping(story_weeks.story_type) = 1 then 'all' else story_weeks.story_type end as story_type,
        grouping(story_weeks.team) + grouping(story_weeks.story_type) > 0 as is_rollup,
        count(*) filter (where story_weeks.is_created) as created,
        count(*) filter (where story_weeks.is_started) as started,
        count(*) filter (where story_weeks.is_finished) as finished,
        count(*) filter (where story_weeks.is_cancelled) as cancelled,
        count(*) filter (where story_weeks.is_reopened) as reopened,
        count(*) filter (where story_weeks.is_wip) as wip,
        count(*) filter (where story_weeks.is_in_flow) as flow_load,
        quantile_cont(story_weeks.wip_age_seconds, 0.5) as wip_age_median_seconds,
        quantile_cont(story_weeks.wip_age_seconds, 0.85) as wip_age_p85_seconds,
        quantile_cont(story_weeks.kanban_cycle_time_seconds, 0.5) as kanban_cycle_time_median_seconds,
        quantile_cont(story_weeks.kanban_cycle_time_seconds, 0.85) as kanban_cycle_time_p85_seconds,
        count(story_weeks.kanban_cycle_time_seconds) as kanban_cycle_time_n,
        quantile_cont(story_weeks.flow_time_seconds, 0.5) as flow_time_median_seconds,
        quantile_cont(story_weeks.flow_time_seconds, 0.85) as flow_time_p85_seconds,
        sum(story_weeks.active_seconds) / nullif(sum(story_weeks.declared_seconds), 0) as flow_efficiency,
        count(story_weeks.declared_seconds) as flow_efficiency_n
    from story_weeks
    group by grouping sets (
        (story_weeks.week_on, story_weeks.team, story_weeks.story_type),
        (story_weeks.week_on, story_weeks.team),
        (story_weeks.week_on, story_weeks.story_type),
        (story_weeks.week_on)
    )
),

spans as (
    select
        counted.team,
        counted.story_type,
        counted.is_rollup,
        unnest(generate_series(
            min(counted.week_on),
            cast(date_trunc('week', {{ as_of() }} at time zone 'UTC') as date),
            interval 7 day
        )) as week_on
    from counted
    group by counted.team, counted.story_type, counted.is_rollup
),

final as (
    select
        cast(spans.week_on as date) as week_on,
        spans.team,
        spans.story_type,
        spans.is_rollup,
        (spans.week_on + interval 7 day) at time zone 'UTC' <= {{ as_of() }} as is_complete,
        coalesce(counted.created, 0) as created,
        coalesce(counted.started, 0) as started,
        coalesce(counted.finished, 0) as finished,
        coalesce(counted.cancelled, 0) as cancelled,
        coalesce(counted.reopened, 0) as reopened,
        coalesce(counted.wip, 0) as wip,
        coalesce(counted.flow_load, 0) as flow_load,
        counted.wip_age_median_seconds,
        counted.wip_age_p85_seconds,
        counted.kanban_cycle_time_median_seconds,
        counted.kanban_cycle_time_p85_seconds,
        coalesce(counted.kanban_cycle_time_n, 0) as kanban_cycle_time_n,
        counted.flow_time_median_seconds,
        counted.flow_time_p85_seconds,
        counted.flow_efficiency,
        coalesce(counted.flow_efficiency_n, 0) as flow_efficiency_n,
        coalesce(counted.finished, 0) / nullif(cast(totals.finished as double), 0) as finished_share
    from spans
    left join counted
        on
            spans.week_on = counted.week_on
            and spans.team = counted.team
            and spans.story_type = counted.story_type
            and spans.is_rollup = counted.is_rollup
    left join counted as totals
        on
            spans.week_on = totals.week_on
            and spans.team = totals.team
            and totals.story_type = 'all'
            and totals.is_rollup
)

select * from final
