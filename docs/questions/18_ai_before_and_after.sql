-- Did delivery become faster after AI tools came, where the mix of work is held equal?
-- Answer: one row per comparison, stage and stratum with both medians, their ratio, its interval and the verdict.
-- Limits: before and after differ in more than the tools. A ratio whose interval holds 1 says nothing.
select
    comparison,
    stage,
    stratum,
    n_before,
    n_after,
    round(median_before_seconds / 86400, 2) as median_before_days,
    round(median_after_seconds / 86400, 2) as median_after_days,
    round(ratio, 3) as ratio,
    round(ci_low, 3) as ci_low,
    round(ci_high, 3) as ci_high,
    verdict
from marts.fct_ai_comparison
order by comparison, stage, stratum
