-- One row per message of the outbox: what is said on a ticket, how far it has come and why.
with messages as (
    select * from {{ ref('int_messages') }}
),

final as (
    select
        messages.message_id,
        messages.story_key,
        messages.kind,
        messages.version,
        messages.state,
        messages.body,
        messages.content_hash,
        messages.created_at,
        messages.sent_at,
        messages.remote_id,
        messages.error,
        messages.reason,
        messages.epoch,
        messages.definition_version,
        messages.source,
        messages.ticket_key,
        messages.shipped_at,
        messages.attempted_at,
        messages.sent_version,
        messages.author,
        messages.is_final,
        messages.instance,
        messages.project_key,
        messages.is_backfill
    from messages
)

select * from final
