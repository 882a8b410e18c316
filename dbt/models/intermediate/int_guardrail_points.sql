-- One row per step, service, bucket of time and arm: the requests in it, how many failed, and how long they took.
{{ config(materialized='table') }}

with readings as (
    select * from {{ ref('int_guardrail_readings') }}
),

-- A series of errors begins with the first error. Where errors of the service were counted at all, its absence is zero.
errors_counted as (
    select distinct
        coalesce(service, '') as service,
        bucket_started_at
    from {{ ref('int_monitor_points') }}
    where measure = 'errors' and value is not null
),

pivoted as (
    select
        readings.flag_key,
        readings.environment,
        readings.epoch,
        readings.step,
        readings.service,
        readings.bucket_started_at,
        readings.bucket_ended_at,
        readings.arm,
        sum(readings.value) filter (where readings.measure = 'requests') as requests,
        sum(readings.value) filter (where readings.measure = 'errors') as errors,
        sum(readings.value_count) filter (where readings.measure = 'error_rate') as rated,
        sum(readings.value * readings.value_count) filter (where readings.measure = 'error_rate') as rated_errors,
        -- Percentiles of several series cannot be put together.
        case
            when count(*) filter (where readings.measure = 'latency_p95_seconds') = 1
                then max(readings.value) filter (where readings.measure = 'latency_p95_seconds')
        end as latency_p95_seconds
    from readings
    where readings.measure <> 'latency_bucket'
    group by all
),

-- An increase is extrapolated to the edges of its bucket, so counts come as fractions.
counted as (
    select
        pivoted.* exclude (requests, errors, rated, rated_errors),
        cast(round(coalesce(pivoted.requests, pivoted.rated)) as bigint) as requests,
        cast(round(case
            when pivoted.requests is null then pivoted.rated_errors
            when pivoted.errors is not null then pivoted.errors
            when errors_counted.service is not null then 0
        end) as bigint) as errors
    from pivoted
    left join errors_counted
        on
            pivoted.service = errors_counted.service
            and pivoted.bucket_started_at = errors_counted.bucket_started_at
),

-- `least` would take the requests where the errors are null.
final as (
    select
        counted.* exclude (errors),
        case when counted.errors > counted.requests then counted.requests else counted.errors end as errors
    from counted
)

select * from final
