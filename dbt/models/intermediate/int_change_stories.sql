-- One row per pull request and word in it that looks like a ticket key: the story that it names, or why it names none.
{{ config(materialized='table') }}

with mentions as (
    select * from {{ ref('int_change_mentions') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

projects as (
    select distinct split_part(ticket_keys.ticket_key, '-', 1) as prefix
    from ticket_keys
),

resolved as (
    select
        mentions.*,
        split_part(mentions.mentioned_key, '-', 1) as prefix,
        coalesce(whole.story_key, tail.story_key) as story_key,
        coalesce(whole.is_former, tail.is_former, false) as is_former
    from mentions
    left join ticket_keys as whole on mentions.mentioned_key = whole.ticket_key
    -- In `fix_shop-12` the word before the underscore is none of the key.
    left join ticket_keys as tail
        on
            contains(mentions.mentioned_key, '_')
            and regexp_replace(mentions.mentioned_key, '^.*_', '') = tail.ticket_key
),

-- A ticket that exists is meant, whatever its prefix looks like. A branch is full of words with numbers, so there only
-- a known project's prefix, or one that is often taken for a key, is worth an explanation.
final as (
    select
        resolved.change_key,
        resolved.mentioned_key,
        resolved.story_key,
        resolved.place as rule,
        resolved.confidence,
        resolved.story_key is not null as is_linked,
        case
            when resolved.is_former then resolved.mentioned_key || ' is a former key of ' || resolved.story_key
            when resolved.story_key is not null
                then resolved.mentioned_key || ' stands in the ' || resolved.place
            when lower(resolved.prefix) in ({{ setting_values('ignored_key_prefixes') }})
                then resolved.mentioned_key || ' only looks like a ticket key'
            else 'no ticket ' || resolved.mentioned_key || ' is known'
        end as reason
    from resolved
    where
        resolved.story_key is not null
        or resolved.place <> 'branch'
        or lower(resolved.prefix) in ({{ setting_values('ignored_key_prefixes') }})
        or resolved.prefix in (select projects.prefix from projects)
)

select * from final
