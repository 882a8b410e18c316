-- One row per series of monitoring and bucket of time, with what was measured in it.
{{
    config(
        materialized='keyed',
        meta={'key': ['source', 'instance', 'series', 'bucket_started_at'], 'follows': ['int_monitor_readings']}
    )
}}

with placed as (
    select * from {{ ref('int_monitor_readings') }}
),

service_names as (
    select * from {{ ref('int_service_names') }}
),

final as (
    select
        placed.source,
        placed.instance,
        placed.series,
        placed.bucket_started_at,
        placed.bucket_seconds,
        placed.monitor_id,
        placed.measure,
        coalesce(service_names.service, placed.service) as service,
        placed.environment,
        placed.release,
        placed.flag_key,
        placed.variant,
        placed.upper_seconds,
        placed.value,
        placed.value_count
    from placed
    left join service_names on placed.service = service_names.name
    -- Two windows may tell of one bucket, where a recording and a server cut them otherwise: the later word counts.
    qualify row_number() over (
        partition by placed.source, placed.instance, placed.series, placed.bucket_started_at
        order by placed.observed_at desc, placed.raw_position desc, placed.event_id
    ) = 1
)

select * from final
