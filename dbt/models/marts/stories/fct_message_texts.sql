-- One row per text that a message ever had, with the facts that it rests on.
with texts as (
    select * from {{ ref('int_message_texts') }}
),

final as (
    select
        texts.message_id,
        texts.version,
        texts.story_key,
        texts.kind,
        texts.body,
        texts.content_hash,
        texts.facts,
        texts.author,
        texts.is_final,
        texts.created_at,
        texts.is_standing
    from texts
)

select * from final
