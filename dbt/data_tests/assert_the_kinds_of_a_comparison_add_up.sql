-- Every story of a comparison is of one type and size, so the strata's counts add up to those of all.
select
    comparison.comparison,
    comparison.stage
from {{ ref('fct_ai_comparison') }} as comparison
where comparison.measure = 'time'
group by comparison.comparison, comparison.stage
having
    sum(case when comparison.stratum = 'all' then comparison.n_before else -comparison.n_before end) <> 0
    or sum(case when comparison.stratum = 'all' then comparison.n_after else -comparison.n_after end) <> 0
    or sum(case when comparison.stratum = 'all' then comparison.n_open_after else -comparison.n_open_after end) <> 0
