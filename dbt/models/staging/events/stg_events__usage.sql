-- One row per product event, of all sources, told once however often it was delivered. Not of `current_events` as other
-- families are: product events lie in Parquet segments, which are read where they lie.
with events as (
    select * from {{ source('log', 'usage_events') }}
),

final as (
    select
        events.source,
        events.instance,
        events.upload_hour,
        events.insert_id,
        events.event_type,
        events.person_key,
        events.device_key,
        events.vendor_person_key,
        events.session_id,
        events.occurred_at,
        events.uploaded_at,
        events.platform,
        events.country,
        events.version,
        events.plan,
        events.revenue,
        events.is_internal,
        events.is_exposure,
        events.flag_key,
        events.variant,
        events.properties,
        events.user_properties
    from events
)

select * from final
