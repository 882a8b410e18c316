-- One row per way of write-back that was ever in use: since when messages are shown, and since when they are sent.
with switches as (
    select * from {{ ref('int_writeback_switches') }}
),

final as (
    select
        switches.switched_to,
        switches.switched_at
    from switches
)

select * from final
