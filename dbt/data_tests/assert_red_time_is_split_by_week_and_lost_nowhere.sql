-- The parts of the weeks add up to the periods, no week is red for longer than it lasts, and no two periods of a
-- workflow overlap.
with periods as (
    select
        fct_red_periods.repository,
        fct_red_periods.workflow,
        coalesce(fct_red_periods.duration_seconds, fct_red_periods.age_seconds) as seconds,
        lead(fct_red_periods.started_at) over (
            partition by fct_red_periods.repository, fct_red_periods.workflow order by fct_red_periods.started_at
        ) < coalesce(fct_red_periods.ended_at, 'infinity') as is_overlapping
    from {{ ref('fct_red_periods') }} as fct_red_periods
),

whole as (
    select
        periods.repository,
        periods.workflow,
        sum(periods.seconds) as seconds,
        bool_or(coalesce(periods.is_overlapping, false)) as is_wrong
    from periods
    group by periods.repository, periods.workflow
),

weeks as (
    select
        agg_ci_weekly.repository,
        agg_ci_weekly.workflow,
        sum(agg_ci_weekly.red_seconds) as seconds,
        bool_or(agg_ci_weekly.red_seconds > 7 * 86400) as is_wrong
    from {{ ref('agg_ci_weekly') }} as agg_ci_weekly
    group by agg_ci_weekly.repository, agg_ci_weekly.workflow
)

select
    weeks.repository,
    weeks.workflow
from weeks
left join whole on weeks.repository = whole.repository and weeks.workflow = whole.workflow
where
    abs(weeks.seconds - coalesce(whole.seconds, 0)) > 0.001
    or weeks.is_wrong
    or whole.is_wrong
