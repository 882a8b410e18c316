-- One row per pull request and word in it that looks like a ticket key: the story that it names, or why it names none.
{{ config(materialized='table') }}

with mentions as (
    select * from {{ ref('int_change_mentions') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
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

described as (
    select
        resolved.*,
        coalesce(tickets.is_deleted, false) as is_deleted,
        case
            when lower(tickets.ticket_type) in ({{ setting_values('unmeasured_types') }})
                then ' (of type ' || tickets.ticket_type || ', which is not measured)'
            else ''
        end as remark,
        resolved.prefix in (select projects.prefix from projects) as is_of_known_project
    from resolved
    left join tickets on resolved.story_key = tickets.story_key
),

-- A ticket that exists is meant, whatever its prefix looks like. A branch is full of words with numbers, so there only
-- a known project's prefix, or one that is often taken for a key, is worth an explanation.
final as (
    select
        described.change_key,
        described.mentioned_key,
        described.story_key,
        described.place as rule,
        described.confidence,
        described.story_key is not null and not described.is_deleted as is_linked,
        case
            when described.is_deleted then described.mentioned_key || ' was deleted'
            when described.is_former
                then
                    described.mentioned_key || ' is a former key of ' || described.story_key || described.remark
            when described.story_key is not null
                then described.mentioned_key || ' stands in the ' || described.place || described.remark
            when lower(described.prefix) in ({{ setting_values('ignored_key_prefixes') }})
                then described.mentioned_key || ' only looks like a ticket key'
            when described.is_of_known_project then 'no ticket ' || described.mentioned_key || ' is known'
            else
                'no ticket ' || described.mentioned_key || ' is known: no project ' || described.prefix
                || ' is collected'
        end as reason
    from described
    where
        described.story_key is not null
        or described.place <> 'branch'
        or lower(described.prefix) in ({{ setting_values('ignored_key_prefixes') }})
        or described.is_of_known_project
)

select * from final
