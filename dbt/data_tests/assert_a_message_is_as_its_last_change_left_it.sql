-- A message's state and text are those of its last change, and each change begins where the one before ended.
with history as (
    select
        message_id,
        transition_number,
        version,
        from_state,
        to_state,
        lag(to_state) over changes as before,
        lead(to_state) over changes as next_state
    from {{ ref('fct_message_history') }}
    window changes as (partition by message_id order by transition_number)
)

select
    messages.message_id,
    history.transition_number,
    history.to_state
from {{ ref('fct_messages') }} as messages
left join history
    on messages.message_id = history.message_id
where
    history.message_id is null
    or history.from_state is distinct from history.before
    or (history.next_state is null and (history.to_state, history.version) <> (messages.state, messages.version))
