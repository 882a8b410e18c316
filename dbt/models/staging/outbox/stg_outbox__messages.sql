-- One row per message of the outbox, as it stands.
with final as (
    select
        message_id,
        story_key,
        kind,
        epoch,
        definition_version,
        source,
        instance,
        ticket_key,
        project_key,
        version,
        state,
        reason,
        is_backfill,
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
