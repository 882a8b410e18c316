-- The stages of a story that have ended add up to its total, to the microsecond: each begins where the one before it
-- ended, and no time between its first and its last milestone belongs to none.
with added as (
    select
        story_key,
        sum(epoch_us(left_at) - epoch_us(entered_at)) as stages_us,
        sum(cast(round(duration_seconds * 1e6) as hugeint)) as durations_us
    from {{ ref('fct_story_stages') }}
    where not is_current
    group by story_key
)

select
    stories.story_key,
    stories.total_seconds,
    added.stages_us,
    added.durations_us
from {{ ref('fct_stories') }} as stories
full outer join added on stories.story_key = added.story_key
where
    added.stages_us is distinct from cast(round(stories.total_seconds * 1e6) as hugeint)
    or added.durations_us is distinct from added.stages_us
