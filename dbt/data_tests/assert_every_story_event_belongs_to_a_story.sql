-- A timeline without its story could be opened from nowhere.
select events.*
from {{ ref('fct_story_events') }} as events
left join {{ ref('fct_stories') }} as stories on events.story_key = stories.story_key
where stories.story_key is null
