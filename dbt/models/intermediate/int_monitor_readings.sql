-- One row per event of monitoring and place in its window: what it told of one bucket of time.
{{ config(materialized='keyed', meta={'key': ['event_id'], 'follows': ['stg_events__monitor']}) }}

with unpacked as (
    select
        windows.event_id,
        windows.source,
        windows.instance,
        windows.subject as series,
        windows.observed_at,
        windows.raw_position,
        windows.monitor_id,
        windows.measure,
        windows.service,
        windows.environment,
        windows.release,
        windows.flag_key,
        windows.variant,
        windows.labels,
        windows.bucket_seconds,
        unnest(cast(windows.points as json[])) as point,
        generate_subscripts(cast(windows.points as json[]), 1) as place
    from {{ ref('stg_events__monitor') }} as windows
),

final as (
    select
        unpacked.event_id,
        unpacked.place,
        unpacked.source,
        unpacked.instance,
        unpacked.series,
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
        -- Of requests that took no longer, as histograms count them; `+Inf` is all of them.
        try_cast(json_extract_string(unpacked.labels, '$.le') as double) as upper_seconds,
        try_cast(json_extract_string(unpacked.point, '$.at') as timestamptz) as bucket_started_at,
        try_cast(json_extract_string(unpacked.point, '$.value') as double) as value,
        try_cast(json_extract_string(unpacked.point, '$.count') as double) as value_count
    from unpacked
)

select * from final
