-- One row per flag, environment, epoch, step and upper bound of a histogram: how many requests took no longer, in both
-- arms at the same time.
{{ config(materialized='table') }}

with counted as (
    select
        readings.flag_key,
        readings.environment,
        readings.epoch,
        readings.step,
        readings.service,
        readings.bucket_started_at,
        readings.bucket_ended_at,
        readings.upper_seconds,
        sum(readings.value) filter (where readings.arm = 'treated') as requests,
        sum(readings.value) filter (where readings.arm = 'control') as control_requests
    from {{ ref('int_guardrail_readings') }} as readings
    where readings.measure = 'latency_bucket' and readings.upper_seconds is not null
    group by all
),

final as (
    select
        counted.flag_key,
        counted.environment,
        counted.epoch,
        counted.step,
        counted.upper_seconds,
        sum(counted.requests) as requests,
        sum(counted.control_requests) as control_requests
    from counted
    where counted.requests is not null and counted.control_requests is not null
    group by counted.flag_key, counted.environment, counted.epoch, counted.step, counted.upper_seconds
)

select * from final
