-- One row per key under which a ticket is, or was, known: what a link that names a key resolves through.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

known as (
    select
        tickets.story_key as ticket_key,
        tickets.story_key,
        0 as precedence
    from tickets
    union all
    select
        tickets.ticket_key,
        tickets.story_key,
        1 as precedence
    from tickets
    union all
    select
        unnest(tickets.previous_keys) as ticket_key,
        tickets.story_key,
        2 as precedence
    from tickets
),

-- A key that one ticket has now and another had before names the one that has it now.
final as (
    select
        known.ticket_key,
        known.story_key,
        known.precedence = 2 as is_former
    from known
    where known.ticket_key is not null
    qualify row_number() over (
        partition by known.ticket_key
        order by known.precedence, known.story_key
    ) = 1
)

select * from final
