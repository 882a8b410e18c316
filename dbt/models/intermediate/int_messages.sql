-- One row per message with its newest text. A view: comments are written after the marts of the same night, and
-- fct_messages is then filled from here once more.
with messages as (
    select * from {{ ref('stg_outbox__messages') }}
),

versions as (
    select * from {{ ref('stg_outbox__versions') }}
),

final as (
    select
        messages.message_id,
        messages.story_key,
        messages.kind,
        messages.version,
        messages.state,
        versions.body,
        versions.content_hash,
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
        versions.author,
        versions.is_final,
        messages.instance,
        messages.project_key,
        messages.is_backfill
    from messages
    inner join versions
        on messages.message_id = versions.message_id and messages.version = versions.version
)

select * from final
