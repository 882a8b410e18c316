-- One row per step, arm and reading of monitoring: what it told of the requests in that arm, each request told once.
{{ config(materialized='table') }}

with points as (
    select
        *,
        bucket_started_at + to_microseconds(cast(bucket_seconds * 1e6 as bigint)) as bucket_ended_at
    from {{ ref('int_monitor_points') }}
    where value is not null
),

names as (
    select * from {{ ref('int_flag_names') }}
),

steps as (
    select * from {{ ref('int_guardrail_steps') }}
),

-- A bucket belongs to a step where it lies in it whole.
placed as (
    select
        steps.flag_key,
        steps.environment,
        steps.epoch,
        steps.step,
        coalesce(points.service, '') as service,
        points.bucket_started_at,
        points.bucket_ended_at,
        case
            when lower(points.variant) in ({{ setting_values('guardrail_treated_variants') }}) then 'treated'
            when lower(points.variant) in ({{ setting_values('guardrail_control_variants') }}) then 'control'
        end as arm,
        points.source || ' ' || points.instance || ' ' || points.series
        || ' ' || epoch_us(points.bucket_started_at) as reading_id,
        points.measure,
        points.upper_seconds,
        points.value,
        points.value_count,
        points.source || ' ' || points.instance || ' ' || points.monitor_id as teller
    from points
    inner join names on points.flag_key = names.name
    inner join steps
        on
            names.flag_key = steps.flag_key
            and points.bucket_started_at >= steps.started_at
            and points.bucket_ended_at <= steps.watched_until
    where
        points.measure in ('requests', 'errors', 'error_rate', 'latency_p95_seconds', 'latency_bucket')
        and (
            points.environment is null
            or lower(points.environment) = lower(steps.environment)
            or {{ matches_setting('points.environment', 'production_environments') }}
        )
),

-- Two servers, or two queries, that tell of the same requests: they count once.
tellers as (
    select
        placed.flag_key,
        placed.environment,
        placed.epoch,
        placed.step,
        placed.service,
        placed.measure,
        placed.teller
    from placed
    where placed.arm is not null
    group by
        placed.flag_key, placed.environment, placed.epoch, placed.step, placed.service, placed.measure, placed.teller
    qualify row_number() over (
        partition by
            placed.flag_key, placed.environment, placed.epoch, placed.step, placed.service, placed.measure
        order by count(distinct placed.bucket_started_at) desc, placed.teller
    ) = 1
),

final as (
    select placed.* exclude (teller)
    from placed
    inner join tellers
        on
            placed.flag_key = tellers.flag_key
            and placed.environment = tellers.environment
            and placed.epoch = tellers.epoch
            and placed.step = tellers.step
            and placed.service = tellers.service
            and placed.measure = tellers.measure
            and placed.teller = tellers.teller
    where placed.arm is not null
)

select * from final
