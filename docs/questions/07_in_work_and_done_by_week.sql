-- How much is in work at the end of each week, and how much gets done in it?
-- Answer: one row per team and week: stories in work when the week ended, stories first done in it.
-- Limits: counts stories that are measured, of any size. The last week is not over: it ends with what is known.
with weeks as (
    select week_on, max(date_on) + interval 1 day as ended_at
    from marts.dim_dates
    group by week_on
),

stories as (
    select * from marts.fct_stories
    where is_measured and not is_deleted
),

in_work as (
    select
        stories.team,
        weeks.week_on,
        count(distinct stories.story_key) as in_work
    from weeks
    inner join marts.fct_story_status_intervals as visits
        on visits.entered_at < weeks.ended_at and coalesce(visits.left_at >= weeks.ended_at, true)
    inner join stories on visits.story_key = stories.story_key
    where visits.status_category = 'in_progress'
    group by stories.team, weeks.week_on
),

done as (
    select
        stories.team,
        cast(date_trunc('week', stories.first_done_at) as date) as week_on,
        count(*) as done
    from stories
    where stories.first_done_at is not null
    group by all
)

select
    teams.team,
    weeks.week_on,
    coalesce(in_work.in_work, 0) as in_work,
    coalesce(done.done, 0) as done
from marts.dim_teams as teams
cross join weeks
left join in_work on teams.team = in_work.team and weeks.week_on = in_work.week_on
left join done on teams.team = done.team and weeks.week_on = done.week_on
order by teams.team, weeks.week_on
