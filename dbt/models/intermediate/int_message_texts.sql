-- One row per text that a message ever had. A view, as int_messages is, and for the same reason.
with versions as (
    select * from {{ ref('stg_outbox__versions') }}
),

messages as (
    select * from {{ ref('stg_outbox__messages') }}
),

final as (
    select
        versions.message_id,
        versions.version,
        messages.story_key,
        messages.kind,
        versions.body,
        versions.content_hash,
        versions.facts,
        versions.author,
        versions.is_final,
        versions.created_at,
        coalesce(versions.version = messages.sent_version and messages.state <> 'superseded', false) as is_standing
    from versions
    inner join messages
        on versions.message_id = messages.message_id
)

select * from final
