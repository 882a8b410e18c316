-- One row per person and source: between which moments they did something or were named on a ticket or a pull request.
with actors as (
    select * from {{ ref('stg_log__actors') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

-- Who a ticket was once given to may have done nothing on it.
assigned as (
    select * from {{ ref('stg_events__ticket') }}
    where event_type = 'ticket.field_changed' and field = 'assignee'
),

changes as (
    select * from {{ ref('stg_events__change') }}
),

seen as (
    select * from actors
    union all
    -- Of a pull request that others merged and reviewed, the author may have done nothing that was told.
    select
        changes.author as person_key,
        changes.source,
        changes.occurred_at as first_seen_at,
        changes.occurred_at as last_seen_at
    from changes
    union all
    select
        unnest([tickets.assignee, tickets.reporter]) as person_key,
        tickets.source,
        tickets.created_at as first_seen_at,
        coalesce(tickets.updated_at, tickets.created_at) as last_seen_at
    from tickets
    union all
    select
        assigned.to_value as person_key,
        assigned.source,
        assigned.occurred_at as first_seen_at,
        assigned.occurred_at as last_seen_at
    from assigned
    where {{ is_human('assigned.to_value') }}
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
