-- One row per story and interview that names it, by whichever key it had then.
with interviews as (
    select * from {{ ref('stg_events__interview') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

named as (
    select
        interviews.event_id,
        interviews.event_type,
        interviews.occurred_at,
        interviews.title,
        interviews.url,
        unnest(interviews.ticket_keys) as ticket_key
    from interviews
),

final as (
    select distinct
        ticket_keys.story_key,
        named.event_id,
        named.event_type,
        named.occurred_at,
        named.title,
        named.url
    from named
    inner join ticket_keys on named.ticket_key = ticket_keys.ticket_key
)

select * from final
