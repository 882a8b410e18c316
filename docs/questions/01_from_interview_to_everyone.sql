-- Which stories went the whole way from an interview to 100 %, and how long did each stage take?
-- Answer: one row per story, the latest first; the six stages in days add up to `total_days`.
-- Limits: a story without one of the seven milestones is not here; question 2 counts those too. A stage that ends
-- before it begins is negative, and `is_out_of_order` says so.
select
    story_key,
    team,
    title,
    round(epoch(backlog_at - interviewed_at) / 86400, 2) as interview_to_backlog_days,
    round(epoch(spec_at - backlog_at) / 86400, 2) as backlog_to_spec_days,
    round(epoch(code_complete_at - spec_at) / 86400, 2) as spec_to_code_complete_days,
    round(epoch(reviewed_at - code_complete_at) / 86400, 2) as code_complete_to_reviewed_days,
    round(epoch(production_at - reviewed_at) / 86400, 2) as reviewed_to_production_days,
    round(epoch(full_rollout_at - production_at) / 86400, 2) as production_to_full_rollout_days,
    round(total_seconds / 86400, 2) as total_days,
    has_out_of_order_milestone as is_out_of_order
from marts.fct_stories
where
    is_measured
    and not is_deleted
    and interviewed_at is not null
    and spec_at is not null
    and code_complete_at is not null
    and reviewed_at is not null
    and production_at is not null
    and full_rollout_at is not null
order by full_rollout_at desc, story_key
