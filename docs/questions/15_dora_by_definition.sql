-- What do other tools' definitions make of the same deployments?
-- Answer: one row per definition and service over the last 12 weeks: deployments and the part that failed, side by side.
-- Limits: rates are weighted by what each week counted. The definitions differ on purpose; docs/metrics.md says how.
with weeks as (
    select * from marts.agg_dora_weekly
    where week_on > (select max(week_on) from marts.agg_dora_weekly) - 84
)

select
    definition,
    service,
    sum(deployments) as deployments,
    round(sum(change_fail_rate * change_fail_rate_n) / nullif(sum(change_fail_rate_n), 0), 3) as change_fail_rate,
    sum(recovery_n) as recoveries
from weeks
group by definition, service
having count(distinct week_on) > 0
order by service, definition
