-- The stages of a team share the time that was spent, one of them took the most, and an interval holds its median.
with shared as (
    select
        stages.team,
        stages.story_type,
        stages.window_name,
        sum(stages.share_of_total) as whole,
        count(*) filter (where stages.is_bottleneck) as bottlenecks
    from {{ ref('agg_stage_times') }} as stages
    where stages.kind = 'stage'
    group by stages.team, stages.story_type, stages.window_name
)

select shared.team
from shared
where shared.whole is not null and (abs(shared.whole - 1) > 1e-9 or shared.bottlenecks <> 1)
union all
select stages.team
from {{ ref('agg_stage_times') }} as stages
where
    stages.ci_low_seconds > stages.median_seconds
    or stages.ci_high_seconds < stages.median_seconds
    or stages.n <> stages.n_reached + stages.n_open + stages.n_cancelled
