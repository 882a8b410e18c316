-- An effect is only told with a grade and an interval on the side that its answer names; "increased" only of what was
-- drawn by lot, with its sample ratio in order, and outlasts being one of many; no share of fewer than thirty people.
with told as (
    select
        impact.*,
        case when impact.ci_of = 'ratio' then 1 else 0 end as no_difference
    from {{ ref('fct_story_impact') }} as impact
)

select
    told.story_key,
    told.flag_key,
    told.epoch,
    told.audience,
    told.metric,
    told.answer
from told
where
    (coalesce(told.ratio, told.difference) is not null and told.evidence_grade is null)
    or (told.answer in ('increased', 'decreased', 'no_clear_effect') and told.evidence_grade is distinct from 'A')
    or (told.answer in ('higher', 'lower', 'no_clear_difference') and coalesce(told.evidence_grade, 'A') = 'A')
    or (told.evidence_grade = 'A' and coalesce(told.sample_ratio_p_value, 0) < 0.001)
    or (told.answer in ('increased', 'higher') and coalesce(told.ci_low <= told.no_difference, true))
    or (told.answer in ('decreased', 'lower') and coalesce(told.ci_high >= told.no_difference, true))
    or (told.answer in ('increased', 'decreased') and told.q_value > 0.05)
    or (told.value is not null and told.n < 30)
