-- One row per device, person and vendor's own person that product events named together, and how soon these came.
-- Of all deliveries: one that came twice names nobody else and comes no sooner.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['device_key', 'person_key', 'vendor_person_key', 'source'],
        'merges': {'delivery_count': 'sum', 'least_delay_microseconds': 'min', 'first_uploaded_at': 'min',
            'last_uploaded_at': 'max'},
        'follows': {'stg_events__usage': {'narrowed_by': ['device_key']}}}
) }}

with deliveries as (
    select * from {{ ref('stg_events__usage') }}
),

final as (
    select
        deliveries.source,
        deliveries.device_key,
        deliveries.vendor_person_key,
        deliveries.person_key,
        count(*) as delivery_count,
        min(epoch_us(deliveries.uploaded_at) - epoch_us(deliveries.occurred_at)) as least_delay_microseconds,
        min(deliveries.uploaded_at) as first_uploaded_at,
        max(deliveries.uploaded_at) as last_uploaded_at
    from deliveries
    group by deliveries.source, deliveries.device_key, deliveries.vendor_person_key, deliveries.person_key
)

select * from final
