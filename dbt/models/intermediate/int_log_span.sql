-- One row: between which moments the log tells anything.
with records as (
    select * from {{ ref('stg_log__records') }}
),

final as (
    select
        min(records.oldest_event_at) as oldest_event_at,
        max(records.newest_event_at) as newest_event_at
    from records
)

select * from final
