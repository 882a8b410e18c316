-- Nobody can tell what the first deployment of a service carried, and a failed one carried nothing.
with links as (
    select
        links.to_key as deployment_id,
        count(*) as linked
    from {{ ref('fct_links') }} as links
    where links.from_kind = 'change' and links.to_kind = 'deployment' and links.is_linked
    group by links.to_key
)

select deployments.deployment_id
from {{ ref('fct_deployments') }} as deployments
left join links on deployments.deployment_id = links.deployment_id
where
    deployments.change_count <> coalesce(links.linked, 0)
    or (deployments.change_count > 0 and (deployments.is_first_of_service or deployments.status <> 'success'))
