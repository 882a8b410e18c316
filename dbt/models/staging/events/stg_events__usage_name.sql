-- One row per hour of upload and kind of product event in it: its source, its name, the flag that it met, and the
-- feature that it says it is of. Of all deliveries: one that came twice names nothing else.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['source', 'instance', 'upload_hour'], 'never_null': ['source', 'instance', 'upload_hour'],
        'follows': ['stg_events__usage']}
) }}

with deliveries as (
    select * from {{ ref('stg_events__usage') }}
),

final as (
    select
        deliveries.source,
        deliveries.instance,
        deliveries.upload_hour,
        deliveries.event_type,
        deliveries.is_exposure,
        deliveries.flag_key,
        deliveries.feature,
        min(deliveries.occurred_at) as first_seen_at,
        max(deliveries.uploaded_at) as last_uploaded_at
    from deliveries
    group by
        deliveries.source,
        deliveries.instance,
        deliveries.upload_hour,
        deliveries.event_type,
        deliveries.is_exposure,
        deliveries.flag_key,
        deliveries.feature
)

select * from final
