-- One row per tracker and key under which one of its own tickets is, or was, known: what its own links mean by a key.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

known as (
    select
        tickets.source,
        tickets.instance,
        tickets.ticket_key,
        tickets.story_key,
        false as is_former
    from tickets
    union all
    select
        tickets.source,
        tickets.instance,
        unnest(tickets.previous_keys) as ticket_key,
        tickets.story_key,
        true as is_former
    from tickets
),

final as (
    select known.*
    from known
    where known.ticket_key is not null
    qualify row_number() over (
        partition by known.source, known.instance, known.ticket_key
        order by known.is_former, known.story_key
    ) = 1
)

select * from final
