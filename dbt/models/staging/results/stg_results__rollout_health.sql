-- One row per flag, environment, epoch, step and guardrail, as judged between the two halves of the transform.
with final as (
    select
        flag_key,
        environment,
        epoch,
        step,
        guardrail,
        treated_value,
        control_value,
        threshold,
        n_treated,
        n_control,
        treated_low,
        ratio,
        ratio_low,
        verdict,
        reason,
        window_started_at,
        window_ended_at,
        definition_version
    from {{ source('results', 'rollout_health') }}
)

select * from final
