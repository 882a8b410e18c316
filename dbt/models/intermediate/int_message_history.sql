-- One row per change of a message's state. A view, as int_messages is, and for the same reason.
with transitions as (
    select * from {{ ref('stg_outbox__transitions') }}
),

messages as (
    select * from {{ ref('stg_outbox__messages') }}
),

final as (
    select
        transitions.message_id,
        transitions.transition_number,
        messages.story_key,
        messages.kind,
        transitions.version,
        transitions.from_state,
        transitions.to_state,
        transitions.reason,
        transitions.changed_at
    from transitions
    inner join messages
        on transitions.message_id = messages.message_id
)

select * from final
