-- One row per flag, environment of production and moment at which the release was taken back: a failed release, which
-- is no failed deployment.
with rollbacks as (
    select * from {{ ref('int_flag_rollbacks') }}
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

-- Those that name the flag, and those that are blamed on a deployment which carried the work of its story.
blamed as (
    select
        incidents.incident_id,
        incidents.opened_at,
        incidents.flag_key
    from incidents
    where incidents.flag_key is not null
    union
    select
        incidents.incident_id,
        incidents.opened_at,
        rescues.flag_key
    from incidents
    inner join {{ ref('int_incident_deployments') }} as links on incidents.incident_id = links.incident_id
    inner join {{ ref('int_deployment_rescues') }} as rescues on links.deployment_id = rescues.deployment_id
),

final as (
    select
        rollbacks.flag_key,
        rollbacks.environment,
        rollbacks.rolled_back_at,
        rollbacks.raised_at,
        rollbacks.from_percentage,
        rollbacks.to_percentage,
        count(distinct blamed.incident_id) as incident_count,
        min(blamed.opened_at) as noticed_at,
        {{ seconds_between('min(blamed.opened_at)', 'rollbacks.rolled_back_at') }} as recovery_seconds
    from rollbacks
    left join blamed
        on
            rollbacks.flag_key = blamed.flag_key
            and blamed.opened_at >= rollbacks.raised_at
            and blamed.opened_at <= rollbacks.rolled_back_at
    group by
        rollbacks.flag_key, rollbacks.environment, rollbacks.rolled_back_at, rollbacks.raised_at,
        rollbacks.from_percentage, rollbacks.to_percentage
)

select * from final
