-- One row per actor and source: whoever did something, and between which moments.
with final as (
    select
        current_events.actor as person_key,
        current_events.source,
        min(current_events.occurred_at) as first_seen_at,
        max(current_events.occurred_at) as last_seen_at
    from {{ source('log', 'current_events') }} as current_events
    where current_events.actor is not null
    group by current_events.actor, current_events.source
)

select * from final
