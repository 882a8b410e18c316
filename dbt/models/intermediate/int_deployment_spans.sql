-- One row per pull request, service and successful production deployment whose commits, those that the success before
-- it lacked, hold the merge: the difference of two histories, environments of one repository taken together.
{{ config(materialized='table') }}

with deployments as (
    select
        placed.*,
        lag(placed.sha) over (
            partition by placed.service, placed.repository
            order by placed.finished_at, placed.created_at, placed.deployment_id
        ) as previous_sha
    from {{ ref('int_deployment_order') }} as placed
    where placed.is_production and placed.status = 'success' and placed.sha is not null
),

histories as (
    select * from {{ ref('int_deployed_histories') }}
),

reaches as (
    select
        histories.repository,
        histories.deployed_sha,
        max(histories.position) as position
    from histories
    group by histories.repository, histories.deployed_sha
),

landed as (
    select *
    from {{ ref('int_change_landings') }}
    where rule = 'merge sha'
),

-- Both ends must stand in the graph: without it no difference is known.
bounded as (
    select
        deployments.*,
        reaches.position as reach,
        coalesce(lower_end.position, -1) as previous_reach
    from deployments
    inner join reaches
        on deployments.repository = reaches.repository and deployments.sha = reaches.deployed_sha
    inner join reaches as lower_end
        on deployments.repository = lower_end.repository and deployments.previous_sha = lower_end.deployed_sha
),

held as (
    select
        landed.change_key,
        landed.sha,
        bounded.repository,
        bounded.service,
        bounded.deployment_id,
        bounded.previous_sha,
        bounded.started_at,
        bounded.finished_at
    from bounded
    inner join landed
        on
            bounded.repository = landed.repository
            and landed.position <= bounded.reach
            and landed.position > bounded.previous_reach
    union
    select
        landed.change_key,
        landed.sha,
        bounded.repository,
        bounded.service,
        bounded.deployment_id,
        bounded.previous_sha,
        bounded.started_at,
        bounded.finished_at
    from bounded
    inner join histories on bounded.repository = histories.repository and bounded.sha = histories.deployed_sha
    inner join landed on histories.repository = landed.repository and histories.sha = landed.sha
    where landed.position is null or landed.position > bounded.previous_reach
),

final as (
    select
        held.change_key,
        held.service,
        held.deployment_id,
        held.started_at,
        held.finished_at
    from held
    left join histories as earlier
        on
            held.repository = earlier.repository
            and held.previous_sha = earlier.deployed_sha
            and held.sha = earlier.sha
    where earlier.sha is null
)

select * from final
