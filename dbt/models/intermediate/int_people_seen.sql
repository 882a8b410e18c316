-- One row per person, source and way in which they were seen: doing something, or named on a ticket.
with actors as (
    select * from {{ ref('stg_log__actors') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

final as (
    select
        actors.person_key,
        actors.source,
        actors.first_seen_at,
        actors.last_seen_at
    from actors
    union all
    select
        unnest([tickets.assignee, tickets.reporter]) as person_key,
        tickets.source,
        tickets.created_at as first_seen_at,
        coalesce(tickets.updated_at, tickets.created_at) as last_seen_at
    from tickets
)

select * from final
where person_key is not null
