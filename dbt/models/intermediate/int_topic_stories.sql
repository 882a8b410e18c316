-- One row per topic of support tickets, or support ticket, and ticket key that it names: the story, or why there is
-- none.
with ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

rules as (
    select * from {{ ref('stg_settings__topic_rules') }}
    where is_newest
),

told as (
    select
        'topic' as from_kind,
        rules.topic as from_key,
        unnest(rules.story_keys) as mentioned_key,
        'settings' as rule
    from rules
    union all
    select
        'support_ticket' as from_kind,
        tickets.support_key as from_key,
        unnest(tickets.story_keys) as mentioned_key,
        'field of the ticket' as rule
    from {{ ref('int_support_tickets') }} as tickets
),

final as (
    select
        told.from_kind,
        told.from_key,
        told.mentioned_key,
        told.rule,
        ticket_keys.story_key,
        ticket_keys.story_key is not null as is_linked,
        case
            when ticket_keys.story_key is null then 'no ticket ' || told.mentioned_key || ' is known'
            when told.from_kind = 'topic' then 'the settings say that the story is meant to change the topic'
            else 'the support ticket names the story'
        end as reason
    from told
    left join ticket_keys on told.mentioned_key = ticket_keys.ticket_key
    qualify row_number() over (
        partition by told.from_kind, told.from_key, coalesce(ticket_keys.story_key, told.mentioned_key)
        order by told.mentioned_key
    ) = 1
)

select * from final
