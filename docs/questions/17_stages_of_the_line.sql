-- Which stages do stories stand in now, and for how long already?
-- Answer: one row per stage: how many stories stand in it, the median and the longest age in days, and the median days
-- of those that are through.
-- Limits: the ages of stories that nobody works on any more are in it; look at the longest ones first.
select
    stages.stage,
    min(stages.position) as position,
    count(*) filter (where stages.is_current) as stand_in_it,
    round(median(stages.age_seconds) filter (where stages.is_current) / 86400, 2) as median_age_days,
    round(max(stages.age_seconds) filter (where stages.is_current) / 86400, 2) as longest_age_days,
    round(median(stages.duration_seconds) / 86400, 2) as median_days
from marts.fct_story_stages as stages
inner join marts.fct_stories as stories on stages.story_key = stories.story_key
where stories.is_measured and not stories.is_deleted
group by stages.stage
order by position, stages.stage
