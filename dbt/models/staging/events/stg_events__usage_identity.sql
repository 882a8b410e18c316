-- One row per device, person and vendor's own person that product events named together, and how soon these came.
-- Of the segments as they lie: a delivery that came twice names nobody else and comes no sooner, and to tell each event
-- once costs more.
{{ config(materialized='table', tags=['usage']) }}

with segments as (
    select
        usage_segments.source,
        usage_segments.device_key,
        usage_segments.vendor_person_key,
        usage_segments.person_key,
        usage_segments.uploaded_at,
        epoch_us(usage_segments.uploaded_at) - epoch_us(usage_segments.occurred_at) as delay_microseconds
    from {{ source('log', 'usage_segments') }} as usage_segments
),

final as (
    select
        segments.source,
        segments.device_key,
        segments.vendor_person_key,
        segments.person_key,
        count(*) as delivery_count,
        min(segments.delay_microseconds) as least_delay_microseconds,
        min(segments.uploaded_at) as first_uploaded_at,
        max(segments.uploaded_at) as last_uploaded_at
    from segments
    group by segments.source, segments.device_key, segments.vendor_person_key, segments.person_key
)

select * from final
