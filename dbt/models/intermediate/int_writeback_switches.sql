-- One row per way of write-back that was ever in use. A view, as int_messages is, and for the same reason.
with switched as (
    select * from {{ ref('stg_outbox__switched') }}
),

final as (
    select
        switched.switched_to,
        switched.switched_at
    from switched
)

select * from final
