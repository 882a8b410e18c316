-- One row per definition and service that was ever deployed to production, with its team and the weeks that it has
-- figures for.
with deployed as (
    select
        deployments.service,
        min(deployments.finished_at) as first_deployed_at
    from {{ ref('int_deployment_order') }} as deployments
    where deployments.is_production and deployments.is_finished and deployments.service is not null
    group by deployments.service
),

final as (
    select
        deployed.service,
        services.team,
        deployed.first_deployed_at,
        {{ as_of() }} as as_of,
        cast(date_trunc('week', deployed.first_deployed_at at time zone 'UTC') as date) as first_week_on,
        cast(date_trunc('week', {{ as_of() }} at time zone 'UTC') as date) as last_week_on,
        unnest(['dora', 'devlake', 'gitlab', 'four_keys']) as definition
    from deployed
    left join {{ ref('int_services') }} as services on deployed.service = services.service
)

select * from final
