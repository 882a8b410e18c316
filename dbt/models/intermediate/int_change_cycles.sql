-- One row per merged pull request and service that carried it, or without one where none did, with its cycle in whole
-- minutes, rounded up, as DevLake has it: coding, merge and deployment, where what is negative counts as nothing.
{{ config(materialized='table') }}

with changes as (
    select
        changes.change_key,
        changes.opened_at,
        changes.merged_at,
        min(commits.authored_at) as first_commit_at
    from {{ ref('int_changes') }} as changes
    left join {{ ref('int_change_commits') }} as commits on changes.change_key = commits.change_key
    where changes.merged_at is not null
    group by changes.change_key, changes.opened_at, changes.merged_at
),

-- The deployment that began first wins.
carried as (
    select *
    from {{ ref('int_deployment_spans') }}
    qualify row_number() over (
        partition by change_key, service order by started_at, deployment_id
    ) = 1
),

spans as (
    select
        changes.change_key,
        carried.service,
        carried.deployment_id,
        carried.finished_at as deployed_at,
        ceil({{ seconds_between('changes.first_commit_at', 'changes.opened_at') }} / 60) as coding,
        ceil({{ seconds_between('changes.opened_at', 'changes.merged_at') }} / 60) as merging,
        ceil({{ seconds_between('changes.merged_at', 'carried.finished_at') }} / 60) as deploying
    from changes
    left join carried on changes.change_key = carried.change_key
),

final as (
    select
        spans.change_key,
        spans.service,
        spans.deployment_id,
        spans.deployed_at,
        case when spans.coding >= 0 then spans.coding end as coding_minutes,
        case when spans.merging >= 0 then spans.merging end as merge_minutes,
        case when spans.deploying >= 0 then spans.deploying end as deploy_minutes,
        case
            when spans.merging >= 0
                then greatest(coalesce(spans.coding, 0), 0) + spans.merging + greatest(coalesce(spans.deploying, 0), 0)
        end as cycle_minutes
    from spans
)

select * from final
