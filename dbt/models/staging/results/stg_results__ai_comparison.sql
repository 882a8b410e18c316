-- One row per comparison, stage or rate, and stratum, as estimated between the two halves of the transform.
with final as (
    select
        comparison,
        stage,
        stratum,
        measure,
        position,
        n_before,
        n_after,
        n_open_before,
        n_open_after,
        n_cancelled,
        n_out_of_order,
        n_developers_before,
        n_developers_after,
        median_before_seconds,
        median_after_seconds,
        rate_before,
        rate_after,
        ratio,
        ci_low,
        ci_high,
        difference,
        difference_low,
        difference_high,
        crude_ratio,
        crude_ci_low,
        crude_ci_high,
        trend_ratio,
        trend_ci_low,
        trend_ci_high,
        yearly_ratio,
        verdict,
        reason,
        method,
        definition_version,
        as_of
    from {{ source('results', 'ai_comparison') }}
)

select * from final
