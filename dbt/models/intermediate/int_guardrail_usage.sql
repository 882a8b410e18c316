-- One row per flag, environment, epoch, step, guardrail and metric: the people of both arms, and those who did it.
-- The seam to the counts of exposed people: until those are told here, both guardrails say that it is too early.
with steps as (
    select * from {{ ref('int_guardrail_steps') }}
),

final as (
    select
        steps.flag_key,
        steps.environment,
        steps.epoch,
        steps.step,
        'feature_usage' as guardrail,
        cast(null as varchar) as metric,
        cast(0 as bigint) as people,
        cast(0 as bigint) as successes,
        cast(0 as bigint) as control_people,
        cast(0 as bigint) as control_successes
    from steps
    where false
)

select * from final
