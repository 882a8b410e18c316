-- One row per merged pull request, service and environment in production, with the first deployment after the merge
-- whose history holds it, whatever it touches. The first deployment of a service is a row too, with `is_known` false:
-- it holds all that went before, and nobody can tell what of that it carried.
{{ config(materialized='table') }}

with landings as (
    select * from {{ ref('int_change_landings') }}
),

deployments as (
    select *
    from {{ ref('int_deployment_order') }}
    where is_production and status = 'success'
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

matches as (
    select
        landings.change_key,
        deployments.deployment_id,
        landings.rule,
        landings.precedence,
        false as is_by_graph
    from landings
    inner join deployments
        on
            landings.repository = deployments.repository
            and landings.sha = deployments.sha
            and deployments.finished_at >= landings.merged_at
    union all
    select
        landings.change_key,
        deployments.deployment_id,
        landings.rule,
        landings.precedence,
        true as is_by_graph
    from landings
    inner join histories
        on landings.repository = histories.repository and landings.sha = histories.sha
    inner join deployments
        on
            histories.repository = deployments.repository
            and histories.deployed_sha = deployments.sha
            and deployments.finished_at >= landings.merged_at
    union all
    select
        landings.change_key,
        deployments.deployment_id,
        landings.rule,
        landings.precedence,
        true as is_by_graph
    from landings
    inner join reaches
        on landings.repository = reaches.repository and landings.position <= reaches.position
    inner join deployments
        on
            reaches.repository = deployments.repository
            and reaches.deployed_sha = deployments.sha
            and deployments.finished_at >= landings.merged_at
),

final as (
    select
        matches.change_key,
        deployments.service,
        deployments.environment,
        deployments.environment_key,
        deployments.deployment_id,
        deployments.finished_at as deployed_at,
        deployments.sha as deployed_sha,
        case when matches.is_by_graph then matches.rule || ' in the commit graph' else matches.rule end as rule,
        case when matches.precedence = 1 then 1.0 when matches.precedence = 2 then 0.95 else 0.9 end as confidence,
        not deployments.is_first_of_service as is_known
    from matches
    inner join deployments on matches.deployment_id = deployments.deployment_id
    qualify row_number() over (
        partition by matches.change_key, deployments.service, deployments.environment_key
        order by matches.precedence, deployments.finished_at, matches.is_by_graph, deployments.deployment_id
    ) = 1
)

select * from final
