-- One row per person and source: between which moments they did something or were named on a ticket.
with actors as (
    select * from {{ ref('stg_log__actors') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

seen as (
    select * from actors
    union all
    select
        unnest([tickets.assignee, tickets.reporter]) as person_key,
        tickets.source,
        tickets.created_at as first_seen_at,
        coalesce(tickets.updated_at, tickets.created_at) as last_seen_at
    from tickets
),

final as (
    select
        seen.person_key,
        seen.source,
        min(seen.first_seen_at) as first_seen_at,
        max(seen.last_seen_at) as last_seen_at
    from seen
    where seen.person_key is not null
    group by seen.person_key, seen.source
)

select * from final
