-- One row per change of a message's state: when, from what to what, which text, and why.
with history as (
    select * from {{ ref('int_message_history') }}
),

final as (
    select
        history.message_id,
        history.transition_number,
        history.story_key,
        history.kind,
        history.version,
        history.from_state,
        history.to_state,
        history.reason,
        history.changed_at
    from history
)

select * from final
