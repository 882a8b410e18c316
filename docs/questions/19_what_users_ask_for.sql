-- What do users ask for most, around each story?
-- Answer: one row per story and theme, by how many people asked for it.
-- Limits: a person who asks in several places counts once only where the sources know them as one.
select
    requests.story_key,
    stories.title,
    requests.theme,
    requests.people,
    requests.mentions
from marts.fct_top_requests as requests
left join marts.fct_stories as stories on requests.story_key = stories.story_key
order by requests.people desc, requests.mentions desc, requests.story_key, requests.theme
