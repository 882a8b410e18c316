-- One row per text that a message ever had.
with final as (
    select
        message_id,
        version,
        body,
        content_hash,
        author,
        is_final
    from {{ source('outbox', 'versions') }}
)

select * from final
