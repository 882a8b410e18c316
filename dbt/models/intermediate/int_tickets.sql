-- One row per ticket in its newest state, of any type, with the key that names it everywhere: `story_key`.
{{ config(materialized='table') }}

with ticket_events as (
    select * from {{ ref('stg_events__ticket') }}
),

-- A producer that tells only the creation still gives the ticket its row.
states as (
    select *
    from ticket_events
    where event_type in ('ticket.updated', 'ticket.created')
    qualify row_number() over (
        partition by source, instance, subject
        order by event_type = 'ticket.updated' desc, occurred_at desc, raw_position desc, event_id asc
    ) = 1
),

creations as (
    select
        ticket_events.source,
        ticket_events.instance,
        ticket_events.subject,
        min(ticket_events.occurred_at) as created_at
    from ticket_events
    where ticket_events.event_type = 'ticket.created'
    group by ticket_events.source, ticket_events.instance, ticket_events.subject
),

deletions as (
    select
        states.subject,
        states.source,
        states.instance,
        -- It was found missing at some time; it cannot have gone before its own last word.
        greatest(min(ticket_events.occurred_at), max(states.occurred_at)) as deleted_at
    from states
    inner join ticket_events
        on
            states.source = ticket_events.source
            and states.instance = ticket_events.instance
            and (
                states.subject = ticket_events.subject
                or states.ticket_key = ticket_events.ticket_key
                or list_contains(states.previous_keys, ticket_events.ticket_key)
            )
    where
        ticket_events.event_type = 'ticket.deleted'
        -- A version seen later shows that the ticket is back, where the deletion tells no time of its own (it then
        -- stands at the moment of its observation); where it tells one, the version must be newer as well.
        and (
            ticket_events.observed_at > states.observed_at
            -- Of what was seen at one moment, what came last.
            or (
                ticket_events.observed_at = states.observed_at
                and ticket_events.raw_position >= states.raw_position
            )
            or (
                ticket_events.occurred_at <> ticket_events.observed_at
                and ticket_events.occurred_at >= states.occurred_at
            )
        )
    group by states.subject, states.source, states.instance
),

-- Sources may share a key: the first keeps it, the next are told apart by the source's name, then by the vendor's id.
ranked as (
    select
        states.*,
        row_number() over (
            partition by states.ticket_key
            order by states.source, states.instance, states.subject
        ) as rank_of_key,
        row_number() over (
            partition by states.ticket_key, states.source
            order by states.instance, states.subject
        ) as rank_in_source,
        min(states.source) over (partition by states.ticket_key) as first_source
    from states
),

final as (
    select
        case
            when ranked.rank_of_key = 1 then ranked.ticket_key
            when ranked.rank_in_source = 1 and ranked.source <> ranked.first_source
                then ranked.source || ':' || ranked.ticket_key
            when ranked.rank_in_source = 2 and ranked.source = ranked.first_source
                then ranked.source || ':' || ranked.ticket_key
            else ranked.source || ':' || ranked.subject
        end as story_key,
        ranked.* exclude (created_at, rank_of_key, rank_in_source, first_source, event_id, event_type),
        coalesce(creations.created_at, ranked.created_at, ranked.occurred_at) as created_at,
        deletions.deleted_at,
        deletions.subject is not null as is_deleted
    from ranked
    left join creations
        on
            ranked.source = creations.source
            and ranked.instance = creations.instance
            and ranked.subject = creations.subject
    left join deletions
        on
            ranked.source = deletions.source
            and ranked.instance = deletions.instance
            and ranked.subject = deletions.subject
)

select * from final
