-- One row per story and interview that is tied to it, by whichever key it had then.
with mentions as (
    select * from {{ ref('int_interview_mentions') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

final as (
    select distinct
        ticket_keys.story_key,
        mentions.event_id,
        mentions.event_type,
        mentions.occurred_at,
        mentions.title,
        mentions.url,
        mentions.rule
    from mentions
    inner join ticket_keys on mentions.ticket_key = ticket_keys.ticket_key
)

select * from final
