-- Which flags have stood at 100 % in production for more than 30 days and are still there?
-- Answer: one row per flag with its story and the days since it went to 100 %: candidates for taking the flag out.
-- Limits: some flags are meant to stay, as switches of operation; the data cannot know. A flag that the vendor no longer
-- lists has ended its last step and is not here.
with today as (
    select max(date_on) as last_on from marts.dim_dates
)

select
    steps.flag_key,
    steps.environment,
    steps.story_key,
    steps.started_at as everybody_since_at,
    today.last_on - cast(steps.started_at as date) as days
from marts.fct_rollout_steps as steps
cross join today
where
    steps.percentage = 100
    and steps.ended_at is null
    and cast(steps.started_at as date) < today.last_on - 30
order by days desc, steps.flag_key
