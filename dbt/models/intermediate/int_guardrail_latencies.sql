-- One row per flag, environment, epoch and step: how long requests took in both arms at the same time.
{{ config(materialized='table') }}

with points as (
    select * from {{ ref('int_guardrail_points') }}
    where requests > 0 and latency_p95_seconds > 0
),

-- Two percentiles of one bucket can be divided; over time their ratios have a median, and percentiles no mean.
paired as (
    select
        treated.flag_key,
        treated.environment,
        treated.epoch,
        treated.step,
        treated.requests,
        control.requests as control_requests,
        treated.latency_p95_seconds,
        control.latency_p95_seconds as control_latency_p95_seconds
    from points as treated
    inner join points as control
        on
            treated.flag_key = control.flag_key
            and treated.environment = control.environment
            and treated.epoch = control.epoch
            and treated.step = control.step
            and treated.service = control.service
            and treated.bucket_started_at = control.bucket_started_at
            and treated.bucket_ended_at = control.bucket_ended_at
            and control.arm = 'control'
    where treated.arm = 'treated'
),

final as (
    select
        paired.flag_key,
        paired.environment,
        paired.epoch,
        paired.step,
        cast(sum(paired.requests) as bigint) as requests,
        cast(sum(paired.control_requests) as bigint) as control_requests,
        median(paired.latency_p95_seconds) as latency_p95_seconds,
        median(paired.control_latency_p95_seconds) as control_latency_p95_seconds,
        list_sort(list(paired.latency_p95_seconds / paired.control_latency_p95_seconds)) as ratios
    from paired
    group by paired.flag_key, paired.environment, paired.epoch, paired.step
)

select * from final
