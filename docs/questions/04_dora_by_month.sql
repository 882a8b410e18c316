-- How do DORA's five of each service develop by month?
-- Answer: one row per service and month: deployments, median lead time, change fail rate, median recovery, rework.
-- Limits: medians of a month are those of its changes and not a mean of weekly medians; so they are read from the facts.
-- The month that `as_of` stands in is not over. Under ten deployments a rate says little.
with deployments as (
    select
        service,
        date_trunc('month', finished_at) as month_at,
        count(distinct first_attempt_id) filter (where status = 'success') as deployments,
        count(distinct first_attempt_id) as finished,
        count(distinct first_attempt_id) filter (where is_failed) as failed,
        count(distinct first_attempt_id) filter (where status = 'success' and is_rework) as rework,
        median(recovery_seconds) filter (where is_failed) as recovery_seconds
    from marts.fct_deployments
    where is_production and finished_at is not null
    group by all
),

changes as (
    select
        deployments.service,
        date_trunc('month', changes.deployed_at) as month_at,
        median(changes.change_lead_time_seconds) as lead_time_seconds
    from marts.fct_changes as changes
    inner join marts.fct_deployments as deployments on changes.deployment_id = deployments.deployment_id
    group by all
)

select
    deployments.service,
    cast(deployments.month_at as date) as month_on,
    deployments.deployments,
    round(changes.lead_time_seconds / 3600, 1) as lead_time_median_hours,
    round(deployments.failed / nullif(deployments.finished, 0), 3) as change_fail_rate,
    round(deployments.recovery_seconds / 3600, 1) as recovery_median_hours,
    round(deployments.rework / nullif(deployments.deployments, 0), 3) as rework_rate,
    deployments.failed,
    deployments.finished
from deployments
left join changes on deployments.service = changes.service and deployments.month_at = changes.month_at
order by deployments.service, month_on
