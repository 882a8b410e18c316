-- One row per story, flag, epoch of its rollout, audience and metric: what it did, and how surely that is known.
with estimated as (
    select * from {{ ref('int_story_impact') }}
),

final as (
    select
        estimated.story_key,
        estimated.flag_key,
        estimated.epoch,
        estimated.audience,
        estimated.metric,
        estimated.unit,
        estimated.is_primary,
        estimated.evidence_grade,
        estimated.answer,
        estimated.wording,
        estimated.reason,
        estimated.numerator,
        estimated.numerator_comparison,
        estimated.n,
        estimated.n_comparison,
        estimated.value,
        estimated.comparison_value,
        estimated.ratio,
        estimated.difference,
        estimated.ci_of,
        estimated.ci_low,
        estimated.ci_high,
        estimated.difference_low,
        estimated.difference_high,
        estimated.p_value,
        estimated.q_value,
        estimated.crude_ratio,
        estimated.crude_ci_low,
        estimated.crude_ci_high,
        estimated.e_value,
        estimated.e_value_bound,
        estimated.cap,
        estimated.variance_ratio,
        estimated.sample_ratio_p_value,
        estimated.n_excluded_immature,
        estimated.n_excluded_uncontrolled,
        estimated.is_mature,
        estimated.window_start,
        estimated.window_end,
        estimated.as_of,
        estimated.method,
        estimated.definition_version
    from estimated
)

select * from final
