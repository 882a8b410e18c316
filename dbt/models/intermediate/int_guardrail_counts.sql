-- One row per flag, environment, epoch and step: the requests of both arms and how many failed, at the same time.
{{ config(materialized='table') }}

with points as (
    select * from {{ ref('int_guardrail_points') }}
    where requests is not null and errors is not null
),

-- An arm is compared in the buckets alone in which the other was there as well: load and trouble change by the minute.
paired as (
    select
        points.*,
        count(distinct points.arm) over (
            partition by
                points.flag_key, points.environment, points.epoch, points.step, points.service,
                points.bucket_started_at, points.bucket_ended_at
        ) = 2 as is_concurrent
    from points
),

final as (
    select
        paired.flag_key,
        paired.environment,
        paired.epoch,
        paired.step,
        cast(coalesce(sum(paired.requests) filter (where paired.arm = 'treated'), 0) as bigint) as requests,
        cast(coalesce(sum(paired.errors) filter (where paired.arm = 'treated'), 0) as bigint) as errors,
        cast(coalesce(sum(paired.requests) filter (where paired.arm = 'treated' and paired.is_concurrent), 0) as bigint)
            as concurrent_requests,
        cast(coalesce(sum(paired.errors) filter (where paired.arm = 'treated' and paired.is_concurrent), 0) as bigint)
            as concurrent_errors,
        cast(coalesce(sum(paired.requests) filter (where paired.arm = 'control' and paired.is_concurrent), 0) as bigint)
            as control_requests,
        cast(coalesce(sum(paired.errors) filter (where paired.arm = 'control' and paired.is_concurrent), 0) as bigint)
            as control_errors,
        min(paired.bucket_started_at) filter (where paired.arm = 'treated') as window_started_at,
        max(paired.bucket_ended_at) filter (where paired.arm = 'treated') as window_ended_at
    from paired
    group by paired.flag_key, paired.environment, paired.epoch, paired.step
)

select * from final
