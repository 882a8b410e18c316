-- Which pull requests are tied to no story, and why?
-- Answer: one row per pull request and refusal; `reason` is the sentence of whoever refused, and `looked_like` the key
-- that stood there. Those that named nothing at all have no refusal, and say so.
-- Limits: work that needs no ticket, as a bot's, is here as well; leave it out by `is_bot_author`.
select
    changes.change_key,
    changes.title,
    changes.is_bot_author,
    changes.opened_at,
    refusals.to_key as looked_like,
    coalesce(refusals.reason, 'it names no ticket anywhere') as reason
from marts.fct_changes as changes
left join marts.fct_links as refusals
    on
        changes.change_key = refusals.from_key
        and refusals.from_kind = 'change'
        and refusals.to_kind = 'story'
        and not refusals.is_linked
where len(changes.story_keys) = 0
order by changes.opened_at desc, changes.change_key, refusals.to_key
