-- However often a commit was tried, and in however many regions, it counts once, in one week; and every share of
-- deployments lies between none and all.
with deployed as (
    select
        deployments.service,
        count(distinct deployments.rollout_id) as deployments
    from {{ ref('fct_deployments') }} as deployments
    where deployments.is_production and deployments.status = 'success'
    group by deployments.service
),

weeks as (
    select
        weekly.service,
        sum(weekly.deployments) as deployments,
        bool_or(
            weekly.change_fail_rate not between 0 and 1
            or weekly.rework_rate not between 0 and 1
            or dayofweek(weekly.week_on) <> 1
        ) as is_wrong
    from {{ ref('agg_dora_weekly') }} as weekly
    where weekly.definition = 'dora'
    group by weekly.service
)

select coalesce(deployed.service, weeks.service) as service
from deployed
full outer join weeks on deployed.service = weeks.service
where
    coalesce(deployed.deployments, 0) <> coalesce(weeks.deployments, 0)
    or weeks.is_wrong
