-- One row per interview, rule and ticket key that it is tied to: the story, or why there is none; and one row per
-- interview that names none at all.
{{ config(materialized='table') }}

with named as (
    select
        mentions.interview_id,
        mentions.ticket_key,
        mentions.rule,
        min(mentions.occurred_at) as held_at
    from {{ ref('int_interview_mentions') }} as mentions
    group by mentions.interview_id, mentions.ticket_key, mentions.rule
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

told as (
    select
        coalesce(interviews.insight_id, interviews.interview_id) as interview_id,
        min(interviews.occurred_at) as held_at
    from {{ ref('stg_events__interview') }} as interviews
    group by coalesce(interviews.insight_id, interviews.interview_id)
),

-- Told as such, or kept as a ticket of an interview's type. A tracker may do both, with one id.
held as (
    select * from told
    union all
    select
        tickets.story_key as interview_id,
        tickets.created_at as held_at
    from {{ ref('int_tickets') }} as tickets
    left join told on regexp_extract(tickets.subject, '[^/]+$') = told.interview_id
    where
        not tickets.is_deleted
        and told.interview_id is null
        and lower(coalesce(tickets.ticket_type, '?')) in ({{ setting_values('interview_types') }})
),

resolved as (
    select
        named.interview_id,
        named.ticket_key,
        named.rule,
        named.held_at,
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
),

final as (
    select * from resolved
    union all
    select
        held.interview_id,
        cast(null as varchar) as ticket_key,
        'none' as rule,
        held.held_at,
        cast(null as varchar) as story_key,
        false as is_linked,
        'it names no story, and no story links to it' as reason
    from held
    left join named on held.interview_id = named.interview_id
    where held.interview_id is not null and named.interview_id is null
)

select * from final
