with repositories as (
    select * from {{ ref('int_repositories') }}
),

deployments as (
    select * from {{ ref('int_deployments') }}
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

-- Whoever names a service in any fact finds it here, be it never deployed.
named as (
    select service, repository from repositories
    union
    select service, repository from deployments
    union
    select service, cast(null as varchar) from incidents
),

described as (
    select
        named.service,
        list_sort(array_agg(distinct named.repository) filter (where named.repository is not null)) as repositories
    from named
    where named.service is not null
    group by named.service
),

deployed as (
    select
        deployments.service,
        count(*) as deployment_count,
        min(deployments.finished_at) as first_deployed_at,
        max(deployments.finished_at) as last_deployed_at
    from deployments
    where deployments.is_production and deployments.status = 'success'
    group by deployments.service
),

final as (
    select
        described.service,
        coalesce(described.repositories, cast([] as varchar[])) as repositories,
        cast(coalesce(deployed.deployment_count, 0) as bigint) as deployment_count,
        deployed.first_deployed_at,
        deployed.last_deployed_at
    from described
    left join deployed on described.service = deployed.service
)

select * from final
