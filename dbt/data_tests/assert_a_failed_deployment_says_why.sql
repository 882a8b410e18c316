-- A failure has a reason, and is made good only after it happened.
select deployments.deployment_id
from {{ ref('fct_deployments') }} as deployments
where
    deployments.is_failed <> (deployments.failure_reason is not null)
    or deployments.recovery_seconds < 0
    or (deployments.recovered_at is not null and not deployments.is_failed)
