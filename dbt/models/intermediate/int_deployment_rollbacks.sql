-- One row per production deployment that the next one took back: what came after it was older.
{{ config(materialized='table') }}

with deployments as (
    select *
    from {{ ref('int_deployment_order') }}
    where is_production and status = 'success'
),

reaches as (
    select
        histories.repository,
        histories.deployed_sha,
        max(histories.position) as position
    from {{ ref('int_deployed_histories') }} as histories
    group by histories.repository, histories.deployed_sha
),

entries as (
    select * from {{ ref('int_commit_entries') }}
),

successors as (
    select
        deployments.deployment_id,
        deployments.repository,
        deployments.service,
        deployments.environment_key,
        deployments.place,
        deployments.sha,
        following.deployment_id as rollback_deployment_id,
        following.sha as rollback_sha,
        following.finished_at as rolled_back_at
    from deployments
    inner join deployments as following
        on deployments.deployment_id = following.previous_deployment_id
    where deployments.sha <> following.sha
),

-- The same commit had been in production before. That alone is no proof where the graph knows better: after a rollback
-- whose cause was elsewhere, the newer commit goes out once more.
redeployed as (
    select distinct successors.deployment_id
    from successors
    inner join deployments as earlier
        on
            successors.service = earlier.service
            and successors.environment_key = earlier.environment_key
            and successors.rollback_sha = earlier.sha
            and successors.place > earlier.place
),

-- Or the graph says that it is an ancestor.
ancestors as (
    select successors.deployment_id
    from successors
    inner join entries
        on successors.repository = entries.repository and successors.rollback_sha = entries.sha
    inner join reaches
        on successors.repository = reaches.repository and successors.sha = reaches.deployed_sha
    where entries.position <= reaches.position
    union
    select successors.deployment_id
    from successors
    inner join {{ ref('int_deployed_histories') }} as histories
        on
            successors.repository = histories.repository
            and successors.sha = histories.deployed_sha
            and successors.rollback_sha = histories.sha
),

forward as (
    select successors.deployment_id
    from successors
    inner join entries
        on successors.repository = entries.repository and successors.rollback_sha = entries.sha
    inner join reaches
        on successors.repository = reaches.repository and successors.sha = reaches.deployed_sha
    where entries.position > reaches.position
),

final as (
    select
        successors.deployment_id,
        successors.rollback_deployment_id,
        successors.rolled_back_at
    from successors
    where
        (
            successors.deployment_id in (select redeployed.deployment_id from redeployed)
            and successors.deployment_id not in (select forward.deployment_id from forward)
        )
        or successors.deployment_id in (select ancestors.deployment_id from ancestors)
)

select * from final
