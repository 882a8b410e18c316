with quarantine as (
    select * from {{ ref('int_open_quarantine') }}
),

final as (
    select
        quarantine.quarantine_id,
        quarantine.source,
        quarantine.instance,
        quarantine.stream,
        quarantine.record_key,
        quarantine.reason,
        quarantine.mapper_version,
        quarantine.observed_at
    from quarantine
)

select * from final
