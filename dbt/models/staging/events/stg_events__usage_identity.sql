-- One row per device, person and vendor's own person that product events named together, and how soon these came.
-- Of all deliveries: one that came twice names nobody else and comes no sooner. Only as much as tells whether a clock
-- is slow, so that a device that is known tells nothing new each day.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['device_key', 'person_key', 'vendor_person_key', 'source'], 'is_touched_throughout': true,
        'merges': {'delivery_count': clock_deliveries('sum(delivery_count)'),
            'least_delay_microseconds': 'min(least_delay_microseconds)',
            'first_uploaded_at': 'min(first_uploaded_at)',
            'last_uploaded_at': clock_seen_until('max(last_uploaded_at)', 'min(first_uploaded_at)')},
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
        {{ clock_deliveries('count(*)') }} as delivery_count,
        greatest(
            min(epoch_us(deliveries.uploaded_at) - epoch_us(deliveries.occurred_at)), {{ clock_tolerance() }}
        ) as least_delay_microseconds,
        min(deliveries.uploaded_at) as first_uploaded_at,
        {{ clock_seen_until('max(deliveries.uploaded_at)', 'min(deliveries.uploaded_at)') }} as last_uploaded_at
    from deliveries
    group by deliveries.source, deliveries.device_key, deliveries.vendor_person_key, deliveries.person_key
)

select * from final
