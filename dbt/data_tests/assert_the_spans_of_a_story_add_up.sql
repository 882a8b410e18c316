-- Idea lead time and cycle time end together, so they differ by exactly the time from interview to backlog.
-- Without a flag all users have at once what the deployment carried; with one, the first have it before all.
select *
from {{ ref('fct_stories') }}
where
    abs(
        (idea_lead_time_seconds - story_cycle_time_seconds)
        - {{ seconds_between('interviewed_at', 'backlog_at') }}
    ) > 0.001
    or (flag_count = 0 and full_rollout_at is distinct from production_at)
    or full_rollout_at < production_at
    or (full_rollout_at is not null and production_at is null)
    or interviewed_at >= production_at
