-- One row per text that a message ever had.
with final as (
    select
        message_id,
        version,
        body,
        content_hash,
        facts,
        author,
        is_final,
        created_at
    from {{ source('outbox', 'versions') }}
)

select * from final
