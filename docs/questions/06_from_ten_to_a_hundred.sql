-- How long does it take from the first users (10 %) to all (100 %)?
-- Answer: one row per team: how many stories with a flag are through, how many still wait, the median and the 85th
-- percentile of those that are through.
-- Limits: a story that waits today is in `still_waiting` and in no quantile, so the quantiles are too kind while many
-- wait. Stories without a flag go to everybody at once and are left out.
select
    team,
    count(*) filter (where full_rollout_at is not null) as through,
    count(*) filter (where full_rollout_at is null) as still_waiting,
    round(quantile_cont(epoch(full_rollout_at - production_at), 0.5) / 86400, 2) as median_days,
    round(quantile_cont(epoch(full_rollout_at - production_at), 0.85) / 86400, 2) as p85_days
from marts.fct_stories
where is_measured and not is_deleted and flag_count > 0 and production_at is not null
group by team
order by team
