-- Where does the time go: which stage is the longest in each team?
-- Answer: one row per team and stage with the median, the 85th percentile and how many stories it is told of; the
-- stage of the longest median is the team's bottleneck.
-- Limits: only stages that are over, so a queue that is still growing is not in them. A stage is counted where both of
-- its milestones are known. Under ten stories a median says little.
with milestones as (
    select
        story_key,
        team,
        unnest([
            {stage: 'interview_to_backlog', entered_at: interviewed_at, left_at: backlog_at},
            {stage: 'backlog_to_spec', entered_at: backlog_at, left_at: spec_at},
            {stage: 'spec_to_code_complete', entered_at: spec_at, left_at: code_complete_at},
            {stage: 'code_complete_to_reviewed', entered_at: code_complete_at, left_at: reviewed_at},
            {stage: 'reviewed_to_production', entered_at: reviewed_at, left_at: production_at},
            {stage: 'production_to_full_rollout', entered_at: production_at, left_at: full_rollout_at}
        ], recursive := true)
    from marts.fct_stories
    where is_measured and not is_deleted
)

select
    team,
    stage,
    round(quantile_cont(epoch(left_at - entered_at), 0.5) / 86400, 2) as median_days,
    round(quantile_cont(epoch(left_at - entered_at), 0.85) / 86400, 2) as p85_days,
    count(*) as stories,
    row_number() over (
        partition by team order by quantile_cont(epoch(left_at - entered_at), 0.5) desc, stage
    ) = 1 as is_bottleneck
from milestones
where entered_at is not null and left_at is not null
group by team, stage
order by team, median_days desc, stage
