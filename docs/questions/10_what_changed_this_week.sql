-- What happened in the last seven days that the data know?
-- Answer: one row per kind of happening with its count in these seven days and in the seven before.
-- Limits: "now" is the newest day of `dim_dates`, which is the day that the last nightly run stands for. Ends of
-- incidents are counted by when they ended, not by when they were told.
with happenings as (
    select 'story created' as happened, created_at as at from marts.fct_stories where is_measured
    union all
    select 'story in production', production_at from marts.fct_stories where is_measured
    union all
    select 'story at 100 %', full_rollout_at from marts.fct_stories where is_measured
    union all
    select 'pull request merged', merged_at from marts.fct_changes
    union all
    select 'production deployment', finished_at from marts.fct_deployments where is_production and status = 'success'
    union all
    select 'production deployment failed', finished_at from marts.fct_deployments where is_production and is_failed
    union all
    select 'incident opened', opened_at from marts.fct_incidents
    union all
    select 'incident over', resolved_at from marts.fct_incidents
),

today as (
    select max(date_on) as last_on from marts.dim_dates
)

select
    happenings.happened,
    count(*) filter (where cast(happenings.at as date) > today.last_on - 7) as last_seven_days,
    count(*) filter (where cast(happenings.at as date) between today.last_on - 13 and today.last_on - 7) as seven_before
from happenings
cross join today
group by happenings.happened
order by happenings.happened
