-- One row per change of a message's state.
with final as (
    select
        message_id,
        transition_number,
        version,
        from_state,
        to_state,
        reason,
        changed_at
    from {{ source('outbox', 'transitions') }}
)

select * from final
