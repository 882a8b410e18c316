-- What did story X do, and how sure are we?
-- Answer: one row per metric and audience of each story's newest rollout, the surest evidence first, with a sentence that
-- may be repeated. Put the key of one story into the filter.
-- Limits: only grade A is an effect. B is diluted, C is adjusted for activity before and nothing else, D shows what busy
-- people do anyway. Without a grade nothing is claimed, and the reason says why.
select
    story_key,
    flag_key,
    epoch,
    metric,
    audience,
    evidence_grade,
    answer,
    wording,
    reason,
    round(value, 4) as value,
    round(comparison_value, 4) as comparison_value,
    round(ratio, 3) as ratio,
    round(difference, 4) as difference,
    ci_of,
    round(ci_low, 4) as ci_low,
    round(ci_high, 4) as ci_high,
    n,
    n_comparison,
    n_excluded_immature,
    n_excluded_uncontrolled
from marts.fct_story_impact
-- where story_key = 'SHOP-1'
qualify epoch = max(epoch) over (partition by story_key, flag_key)
order by story_key, flag_key, evidence_grade nulls last, not is_primary, metric, audience
