-- One row per message of the outbox, as it stands.
with final as (
    select
        message_id,
        story_key,
        kind,
        epoch,
        definition_version,
        source,
        ticket_key,
        version,
        state,
        reason,
        shipped_at,
        created_at,
        attempted_at,
        sent_at,
        sent_version,
        remote_id,
        error
    from {{ source('outbox', 'messages') }}
)

select * from final
