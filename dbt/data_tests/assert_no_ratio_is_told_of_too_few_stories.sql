-- A ratio has twenty stories and three developers on each side, an interval around it, and a verdict that keeps to it.
select
    comparison.comparison,
    comparison.stage,
    comparison.stratum
from {{ ref('fct_ai_comparison') }} as comparison
where
    (
        comparison.ratio is not null
        and (
            least(comparison.n_before, comparison.n_after) < 20
            or least(comparison.n_developers_before, comparison.n_developers_after) < 3
            or comparison.verdict = 'too few stories'
            or comparison.ratio not between comparison.ci_low and comparison.ci_high
        )
    )
    or (comparison.verdict = 'faster' and greatest(comparison.ci_high, comparison.trend_ci_high) >= 1)
    or (comparison.verdict = 'slower' and least(comparison.ci_low, comparison.trend_ci_low) <= 1)
