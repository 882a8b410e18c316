-- One row per pull request with all its moments: first commit, opened, ready, reviewed, approved, merged, deployed.
{{ config(materialized='table') }}

with changes as (
    select * from {{ ref('int_changes') }}
),

reviews as (
    select * from {{ ref('int_change_reviews') }}
),

first_deployments as (
    select * from {{ ref('int_change_first_deployments') }}
),

-- From the pull request's own commits: a squash puts one commit with a new date on the branch.
commits as (
    select
        commits.change_key,
        min(commits.authored_at) as first_commit_at,
        count(*) as commit_count
    from {{ ref('int_change_commits') }} as commits
    group by commits.change_key
),

final as (
    select
        changes.*,
        commits.first_commit_at,
        coalesce(commits.commit_count, 0) as commit_count,
        reviews.ready_at,
        reviews.first_review_at,
        reviews.approved_at,
        coalesce(reviews.review_count, 0) as review_count,
        first_deployments.deployment_id,
        first_deployments.deployed_at,
        first_deployments.deployment_link
    from changes
    left join reviews on changes.change_key = reviews.change_key
    left join first_deployments on changes.change_key = first_deployments.change_key
    left join commits on changes.change_key = commits.change_key
)

select * from final
