-- One row per actor and source: whoever did some of the work, and between which moments.
with final as (
    select
        current_events.actor as person_key,
        current_events.source,
        min(current_events.occurred_at) as first_seen_at,
        max(current_events.occurred_at) as last_seen_at
    from {{ source('log', 'current_events') }} as current_events
    where
        current_events.actor is not null
        -- Who asks for help is a customer: counted among those who ask, and nobody of the team.
        and current_events.event_type not like 'support.%'
    group by current_events.actor, current_events.source
)

select * from final
