-- One row per flag, environment, epoch, step of its rollout in production and guardrail: is it well, and what to do.
with judged as (
    select * from {{ ref('int_rollout_health') }}
),

final as (
    select
        judged.flag_key,
        judged.environment,
        judged.epoch,
        judged.step,
        judged.guardrail,
        judged.treated_value,
        judged.control_value,
        judged.threshold,
        judged.n_treated,
        judged.n_control,
        judged.verdict,
        judged.reason,
        judged.story_key,
        judged.percentage,
        judged.started_at,
        judged.ended_at,
        judged.treated_low,
        judged.ratio,
        judged.ratio_low,
        judged.window_started_at,
        judged.window_ended_at,
        judged.definition_version
    from judged
)

select * from final
