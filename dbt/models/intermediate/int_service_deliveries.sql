-- One row per pull request and service whose production it is known to have reached: when it first did, and how long
-- after its first commit.
{{ config(materialized='table') }}

with carried as (
    select
        change_deployments.change_key,
        change_deployments.service,
        min(change_deployments.deployed_at) as deployed_at
    from {{ ref('int_change_deployments') }} as change_deployments
    where change_deployments.is_known
    group by change_deployments.change_key, change_deployments.service
),

final as (
    select
        carried.change_key,
        carried.service,
        carried.deployed_at,
        case
            when change_times.first_commit_at <= carried.deployed_at
                then {{ seconds_between('change_times.first_commit_at', 'carried.deployed_at') }}
        end as change_lead_time_seconds
    from carried
    inner join {{ ref('int_change_times') }} as change_times on carried.change_key = change_times.change_key
)

select * from final
