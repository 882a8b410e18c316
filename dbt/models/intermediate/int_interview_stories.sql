-- One row per interview, rule and ticket key that it is tied to: the story, or why there is none.
{{ config(materialized='table') }}

with named as (
    select distinct
        mentions.interview_id,
        mentions.ticket_key,
        mentions.rule
    from {{ ref('int_interview_mentions') }} as mentions
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

final as (
    select
        named.interview_id,
        named.ticket_key,
        named.rule,
        ticket_keys.story_key,
        ticket_keys.story_key is not null as is_linked,
        case
            when ticket_keys.story_key is null then 'no ticket ' || named.ticket_key || ' is known'
            when named.rule = 'linked ticket' then 'a ticket of an interview is linked to the story'
            when named.rule = 'linked page' then 'the story links to a page that is called an interview'
            when named.rule = 'named by the insight' then 'the insight names the story'
            else 'the interview names the story'
        end as reason
    from named
    left join ticket_keys on named.ticket_key = ticket_keys.ticket_key
    -- Two keys of one story, its former and its own, are one link.
    qualify row_number() over (
        partition by named.interview_id, named.rule, coalesce(ticket_keys.story_key, named.ticket_key)
        order by named.ticket_key
    ) = 1
)

select * from final
