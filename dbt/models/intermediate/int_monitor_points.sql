-- One row per series of monitoring and bucket of time, with what was measured in it.
{{ config(materialized='table') }}

with windows as (
    select * from {{ ref('stg_events__monitor') }}
),

service_names as (
    select * from {{ ref('int_service_names') }}
),

unpacked as (
    select
        windows.event_id,
        windows.source,
        windows.instance,
        windows.subject,
        windows.observed_at,
        windows.raw_position,
        windows.monitor_id,
        windows.measure,
        windows.service,
        windows.environment,
        windows.release,
        windows.flag_key,
        windows.variant,
        windows.bucket_seconds,
        unnest(cast(windows.points as json[])) as point
    from windows
),

placed as (
    select
        unpacked.event_id,
        unpacked.source,
        unpacked.instance,
        unpacked.subject,
        unpacked.observed_at,
        unpacked.raw_position,
        unpacked.monitor_id,
        unpacked.measure,
        unpacked.service,
        unpacked.environment,
        unpacked.release,
        unpacked.flag_key,
        unpacked.variant,
        unpacked.bucket_seconds,
        try_cast(json_extract_string(unpacked.point, '$.at') as timestamptz) as bucket_started_at,
        try_cast(json_extract_string(unpacked.point, '$.value') as double) as value,
        try_cast(json_extract_string(unpacked.point, '$.count') as double) as value_count
    from unpacked
),

final as (
    select
        placed.source,
        placed.instance,
        placed.subject as series,
        placed.bucket_started_at,
        placed.bucket_seconds,
        placed.monitor_id,
        placed.measure,
        coalesce(service_names.service, placed.service) as service,
        placed.environment,
        placed.release,
        placed.flag_key,
        placed.variant,
        placed.value,
        placed.value_count
    from placed
    left join service_names on placed.service = service_names.name
    -- Two windows may tell of one bucket, where a recording and a server cut them otherwise: the later word counts.
    qualify row_number() over (
        partition by placed.source, placed.instance, placed.subject, placed.bucket_started_at
        order by placed.observed_at desc, placed.raw_position desc, placed.event_id
    ) = 1
)

select * from final
