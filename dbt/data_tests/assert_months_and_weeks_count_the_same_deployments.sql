-- No deployment is lost between the weeks and the months of a service, nor counted twice.
with weeks as (
    select
        definition,
        service,
        sum(deployments) as deployments
    from {{ ref('agg_dora_weekly') }}
    group by definition, service
),

months as (
    select
        definition,
        service,
        sum(deployments) as deployments
    from {{ ref('agg_dora_windows') }}
    where window_name not like 'last%'
    group by definition, service
)

select
    weeks.definition,
    weeks.service
from weeks
left join months on weeks.definition = months.definition and weeks.service = months.service
where weeks.deployments is distinct from months.deployments
