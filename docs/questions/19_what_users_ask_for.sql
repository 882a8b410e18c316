-- What do users ask for most, around each story?
-- Answer: one row per story and theme that at least three people wished for in the thirty days since all users have it; `is_tie` where none of two is the top one.
-- Limits: wishes in words that no rule knows are not found, and a person who asks in several places counts once only where the sources know them as one.
select
    requests.story_key,
    stories.title,
    requests.theme,
    requests.position,
    requests.is_tie,
    requests.people,
    requests.mentions,
    requests.is_complete
from marts.fct_top_requests as requests
left join marts.fct_stories as stories on requests.story_key = stories.story_key
order by requests.people desc, requests.mentions desc, requests.story_key, requests.theme
