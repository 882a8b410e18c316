-- Which production deployments failed, why, and what healed them?
-- Answer: one row per failed deployment, the latest first: the rules that called it failed, the hours to its recovery,
-- the next deployment that succeeded, and the incidents that blame it.
-- Limits: `healed_by` is the first success that was there when it was well again; where an incident simply ended, it is
-- null. Not recovered yet: `recovery_hours` is null.
with healers as (
    select
        broken.deployment_id,
        min_by(healers.deployment_id, healers.finished_at) as healed_by,
        min_by(healers.sha, healers.finished_at) as healed_by_sha
    from marts.fct_deployments as broken
    inner join marts.fct_deployments as healers
        on
            broken.service = healers.service
            and broken.environment = healers.environment
            and healers.status = 'success'
            and healers.finished_at > broken.finished_at
            and healers.finished_at <= broken.recovered_at
    where broken.is_failed
    group by broken.deployment_id
),

blamed as (
    select deployment_id, list(incident_id order by opened_at, incident_id) as incidents
    from marts.fct_incidents
    where deployment_id is not null
    group by deployment_id
)

select
    deployments.service,
    deployments.finished_at,
    deployments.deployment_id,
    deployments.failure_rule,
    deployments.failure_reason,
    round(deployments.recovery_seconds / 3600, 2) as recovery_hours,
    healers.healed_by,
    healers.healed_by_sha,
    coalesce(blamed.incidents, []) as incidents
from marts.fct_deployments as deployments
left join healers on deployments.deployment_id = healers.deployment_id
left join blamed on deployments.deployment_id = blamed.deployment_id
where deployments.is_production and deployments.is_failed
order by deployments.finished_at desc, deployments.deployment_id
