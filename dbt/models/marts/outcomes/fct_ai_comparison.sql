-- One row per comparison, stage or rate, and stratum: stories with AI tools against those without. Never of one person.
with estimated as (
    select * from {{ ref('int_ai_comparison') }}
),

final as (
    select
        estimated.comparison,
        estimated.stage,
        estimated.stratum,
        estimated.measure,
        estimated.position,
        estimated.n_before,
        estimated.n_after,
        estimated.n_open_before,
        estimated.n_open_after,
        estimated.n_cancelled,
        estimated.n_out_of_order,
        estimated.n_developers_before,
        estimated.n_developers_after,
        estimated.median_before_seconds,
        estimated.median_after_seconds,
        estimated.rate_before,
        estimated.rate_after,
        estimated.ratio,
        estimated.ci_low,
        estimated.ci_high,
        estimated.difference,
        estimated.difference_low,
        estimated.difference_high,
        estimated.crude_ratio,
        estimated.crude_ci_low,
        estimated.crude_ci_high,
        estimated.trend_ratio,
        estimated.trend_ci_low,
        estimated.trend_ci_high,
        estimated.yearly_ratio,
        estimated.verdict,
        estimated.reason,
        estimated.method,
        estimated.definition_version,
        estimated.as_of,
        estimated.is_whole
    from estimated
)

select * from final
