-- One row per way of write-back that was ever in use.
with final as (
    select
        switched_to,
        switched_at
    from {{ source('outbox', 'switched') }}
)

select * from final
