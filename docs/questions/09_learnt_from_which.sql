-- Which stories were learnt from which, over any number of rounds?
-- Answer: one row per story that came out of another: the first story of its line, how many rounds lie between, and the
-- line in words, as `SHOP-1 > SHOP-9 > SHOP-30`.
-- Limits: only explicit links of the tracker count ("is learned from"); a story that nobody linked begins a line of its
-- own. A story that is linked to several has the one that the mart chose.
with recursive lines as (
    select
        stories.story_key,
        stories.origin_story_key as first_story_key,
        1 as rounds,
        [stories.origin_story_key, stories.story_key] as line
    from marts.fct_stories as stories
    where stories.origin_story_key is not null
    union all
    select
        lines.story_key,
        before.origin_story_key,
        lines.rounds + 1,
        list_prepend(before.origin_story_key, lines.line)
    from lines
    inner join marts.fct_stories as before on lines.first_story_key = before.story_key
    -- Links in a circle end where they come round.
    where before.origin_story_key is not null and not list_contains(lines.line, before.origin_story_key)
)

select
    story_key,
    first_story_key,
    rounds,
    array_to_string(line, ' > ') as line
from lines
qualify row_number() over (partition by story_key order by rounds desc) = 1
order by rounds desc, story_key
