-- One row per record that still cannot be mapped.
with quarantine as (
    select * from {{ ref('stg_log__quarantine') }}
),

current_records as (
    select * from {{ ref('stg_log__current_records') }}
),

-- A newer version of the record that could be kept settles what an older one left open.
open_positions as (
    select quarantine.quarantine_id
    from quarantine
    inner join current_records on quarantine.raw_position = current_records.position
),

settled as (
    select distinct quarantine.quarantine_id
    from quarantine
    inner join current_records
        on
            quarantine.source = current_records.source
            and quarantine.instance = current_records.instance
            and quarantine.stream = current_records.stream
            and quarantine.record_key = current_records.record_key
            and quarantine.observed_at < current_records.observed_at
    where quarantine.raw_position is null
),

final as (
    select quarantine.*
    from quarantine
    left join open_positions on quarantine.quarantine_id = open_positions.quarantine_id
    left join settled on quarantine.quarantine_id = settled.quarantine_id
    where
        (quarantine.raw_position is null and settled.quarantine_id is null)
        or open_positions.quarantine_id is not null
)

select * from final
