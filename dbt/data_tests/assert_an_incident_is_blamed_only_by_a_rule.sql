-- Blame has a deployment, a rule and a confidence, or none of the three.
select incidents.incident_id
from {{ ref('fct_incidents') }} as incidents
left join {{ ref('fct_deployments') }} as deployments on incidents.deployment_id = deployments.deployment_id
where
    (incidents.deployment_id is null) <> (incidents.link_rule is null)
    or (incidents.deployment_id is null) <> (incidents.link_confidence is null)
    or (incidents.deployment_id is not null and not coalesce(deployments.is_production, false))
