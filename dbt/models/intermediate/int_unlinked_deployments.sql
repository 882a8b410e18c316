-- One row per production deployment of which nothing is known that it carried: why that is so.
with deployments as (
    select * from {{ ref('int_deployment_order') }}
    where is_production
),

carried as (
    select distinct deployment_id
    from {{ ref('int_change_deployments') }}
    where is_known
),

commits as (
    select * from {{ ref('int_commits') }}
),

-- The first deployment of each commit: a later one of the same puts it back.
firsts as (
    select
        deployments.service,
        deployments.environment_key,
        deployments.sha,
        min_by(deployments.deployment_id, deployments.place) as deployment_id,
        min(deployments.place) as place
    from deployments
    where deployments.status = 'success' and deployments.sha is not null
    group by deployments.service, deployments.environment_key, deployments.sha
),

final as (
    select
        deployments.deployment_id,
        case
            when deployments.status = 'failed' then 'it failed, so it carried nothing'
            when deployments.status <> 'success' then 'it has not succeeded so far: ' || deployments.status
            when deployments.sha is null
                then 'it names no commit, so nobody can tell what it carried'
            when deployments.is_first_of_service
                then 'first deployment of the service: what it carried cannot be known'
            when firsts.place < deployments.place
                then
                    'its commit was there before, with deployment ' || firsts.deployment_id
                    || ', so it carried nothing new'
            when deployments.repository is null then 'it names no repository, so its commit leads nowhere'
            when commits.sha is null
                then 'its commit ' || left(deployments.sha, 12) || ' is in no history that is collected'
            else 'no pull request that is known came between it and the deployment before it'
        end as reason
    from deployments
    left join carried on deployments.deployment_id = carried.deployment_id
    left join firsts
        on
            deployments.service = firsts.service
            and deployments.environment_key = firsts.environment_key
            and deployments.sha = firsts.sha
    left join commits
        on deployments.repository = commits.repository and deployments.sha = commits.sha
    where carried.deployment_id is null
)

select * from final
