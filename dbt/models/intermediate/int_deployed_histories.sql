-- One row per deployed commit and commit that its history holds beside the first-parent line, plus the points at which
-- it meets that line. It holds a commit that is listed here, and each that entered the line up to its highest point.
{{ config(materialized='table') }}

with recursive deployed as (
    select distinct
        deployments.repository,
        deployments.sha
    from {{ ref('int_deployments') }} as deployments
    inner join {{ ref('int_commits') }} as commits
        on deployments.repository = commits.repository and deployments.sha = commits.sha
),

mainline as (
    select * from {{ ref('int_mainline_commits') }}
),

walk as (
    select
        deployed.repository,
        deployed.sha as deployed_sha,
        deployed.sha,
        mainline.position
    from deployed
    left join mainline on deployed.repository = mainline.repository and deployed.sha = mainline.sha
    union
    select
        walk.repository,
        walk.deployed_sha,
        edges.parent_sha as sha,
        edges.parent_position as position
    from walk
    inner join {{ ref('int_commit_edges') }} as edges
        on walk.repository = edges.repository and walk.sha = edges.sha
    where walk.position is null
),

final as (
    select
        walk.repository,
        walk.deployed_sha,
        walk.sha,
        walk.position
    from walk
)

select * from final
