-- Idea lead time and cycle time end together, so they differ by exactly the time from interview to backlog.
select *
from {{ ref('fct_stories') }}
where
    abs(
        (idea_lead_time_seconds - story_cycle_time_seconds)
        - {{ seconds_between('interviewed_at', 'backlog_at') }}
    ) > 0.001
    or (full_rollout_at is distinct from production_at)
    or interviewed_at >= production_at
