-- One row per pull request with the production deployment that first carried it, or the reason why none is known.
{{ config(materialized='table') }}

with changes as (
    select * from {{ ref('int_changes') }}
),

carried as (
    select *
    from {{ ref('int_change_deployments') }}
    qualify row_number() over (
        partition by change_key
        order by is_known desc, deployed_at, deployment_id
    ) = 1
),

deployments as (
    select *
    from {{ ref('int_deployment_order') }}
    where is_production and status = 'success'
),

recorded as (
    select
        deployments.repository,
        max(deployments.finished_at) as last_deployed_at
    from deployments
    group by deployments.repository
),

arrived as (
    select distinct change_key
    from {{ ref('int_change_arrivals') }}
),

-- Whether the graph could have told: some later deployment's history is known, and so is where the change landed.
answerable as (
    select distinct landings.change_key
    from {{ ref('int_change_landings') }} as landings
    inner join deployments
        on landings.repository = deployments.repository and deployments.finished_at >= landings.merged_at
    inner join {{ ref('int_deployed_histories') }} as histories
        on deployments.repository = histories.repository and deployments.sha = histories.deployed_sha
    inner join {{ ref('int_commits') }} as commits
        on landings.repository = commits.repository and landings.sha = commits.sha
),

final as (
    select
        changes.change_key,
        case when carried.is_known then carried.deployment_id end as deployment_id,
        case when carried.is_known then carried.deployed_at end as deployed_at,
        case when carried.is_known then carried.confidence end as confidence,
        carried.deployment_id as seen_deployment_id,
        coalesce(carried.rule, 'none') as rule,
        case
            when carried.is_known
                then
                    'deployment ' || carried.deployment_id || ' of ' || carried.service || ' to '
                    || carried.environment || ', matched by ' || carried.rule
            when changes.state <> 'merged' then 'not merged'
            when not changes.is_default_base
                then 'merged into ' || changes.base_branch || ', from which nothing is known to be deployed'
            when recorded.repository is null
                then 'no production deployment of ' || changes.repository || ' is recorded'
            when carried.change_key is not null
                then 'first deployment of the service: what it carried cannot be known'
            when arrived.change_key is not null
                then 'not yet deployed: what holds its commit is of no service whose paths it touches'
            when recorded.last_deployed_at < changes.merged_at
                then 'not yet deployed: no production deployment since it was merged'
            when answerable.change_key is not null
                then 'not yet deployed: no production deployment since it was merged holds its commit'
            else 'no commit graph: the history of what was deployed since it was merged is not recorded'
        end as deployment_link
    from changes
    left join carried on changes.change_key = carried.change_key
    left join recorded on changes.repository = recorded.repository
    left join arrived on changes.change_key = arrived.change_key
    left join answerable on changes.change_key = answerable.change_key
)

select * from final
