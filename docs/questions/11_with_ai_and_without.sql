-- How long do stories take with signs of AI and without, among stories of the same size?
-- Answer: one row per size and sign: how many stories, and the median days from backlog to production.
-- Limits: this describes and proves nothing. People choose for which story they use AI, and a sign is only found where
-- one was left; `none_detected` is no proof of its absence. Compare within a size, never over all.
select
    size,
    ai_assistance,
    count(*) as stories,
    round(median(story_cycle_time_seconds) / 86400, 2) as median_days
from marts.fct_stories
where is_measured and not is_deleted and production_at is not null and ai_assistance <> 'unknown'
group by size, ai_assistance
order by try_cast(size as double), size, ai_assistance
