-- One row per production deployment and build of its commit, the newest attempt of each run; or the one row that says
-- why there is none.
with deployments as (
    select * from {{ ref('int_deployment_order') }}
    where is_production
),

builds as (
    select *
    from {{ ref('int_builds') }}
    qualify row_number() over (partition by repository, run_id order by run_attempt desc) = 1
),

final as (
    select
        deployments.deployment_id,
        builds.repository || '/' || builds.run_id || '.' || builds.run_attempt as build_key,
        case when builds.run_id is null then 'none' else 'same commit' end as rule,
        case when builds.run_id is null then 0.0 else 0.9 end as confidence,
        builds.run_id is not null as is_linked,
        case
            when builds.run_id is not null then 'the build ran on the commit that was deployed'
            when deployments.sha is null then 'it names no commit'
            else 'no build of its commit is known'
        end as reason
    from deployments
    left join builds on deployments.repository = builds.repository and deployments.sha = builds.sha
)

select * from final
