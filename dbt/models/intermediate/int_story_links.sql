-- One row per story, relation and ticket key that the tracker links it to: the other story, or why there is none.
{{ config(materialized='table') }}

with told as (
    select
        tickets.story_key,
        events.relation,
        events.to_key
    from {{ ref('stg_events__ticket') }} as events
    inner join {{ ref('int_tickets') }} as tickets
        on
            events.source = tickets.source
            and events.instance = tickets.instance
            and events.subject = tickets.subject
    where events.event_type = 'ticket.linked' and events.to_key is not null
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

final as (
    select
        told.story_key,
        coalesce(told.relation, 'linked to') as relation,
        told.to_key,
        ticket_keys.story_key as to_story_key,
        ticket_keys.story_key is not null as is_linked,
        case
            when ticket_keys.story_key is not null
                then told.story_key || ' ' || coalesce(told.relation, 'linked to') || ' ' || ticket_keys.story_key
            else 'no ticket ' || told.to_key || ' is known'
        end as reason
    from told
    left join ticket_keys on told.to_key = ticket_keys.ticket_key
    qualify row_number() over (
        partition by told.story_key, told.relation, coalesce(ticket_keys.story_key, told.to_key)
        order by told.to_key
    ) = 1
)

select * from final
