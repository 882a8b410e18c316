-- One row per interview and ticket key that it names: the story, or why there is none.
{{ config(materialized='table') }}

with named as (
    select distinct
        interviews.interview_id,
        unnest(interviews.ticket_keys) as ticket_key
    from {{ ref('stg_events__interview') }} as interviews
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

final as (
    select
        named.interview_id,
        named.ticket_key,
        ticket_keys.story_key,
        ticket_keys.story_key is not null as is_linked,
        case
            when ticket_keys.story_key is not null then 'the interview names the story'
            else 'no ticket ' || named.ticket_key || ' is known'
        end as reason
    from named
    left join ticket_keys on named.ticket_key = ticket_keys.ticket_key
    -- Two keys of one story, its former and its own, are one link.
    qualify row_number() over (
        partition by named.interview_id, coalesce(ticket_keys.story_key, named.ticket_key)
        order by named.ticket_key
    ) = 1
)

select * from final
