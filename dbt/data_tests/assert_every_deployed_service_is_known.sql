-- A filter by service offers every service that was deployed to production.
select distinct deployments.service
from {{ ref('fct_deployments') }} as deployments
left join {{ ref('dim_services') }} as services on deployments.service = services.service
where deployments.is_production and deployments.service is not null and services.service is null
