-- One row per deployed commit and commit that was pushed to the default branch together with it, as its last one.
-- Pushes are not told, so each merge is taken as one: a squash is its one commit, a merge brings its branch, a rebase
-- all its commits anew.
{{ config(materialized='table') }}

with deployed as (
    select distinct
        repository,
        sha
    from {{ ref('int_deployment_order') }}
    where is_production and status = 'success'
),

commits as (
    select * from {{ ref('int_commits') }}
),

entries as (
    select * from {{ ref('int_commit_entries') }}
),

mainline as (
    select * from {{ ref('int_mainline_commits') }}
),

changes as (
    select
        changes.change_key,
        changes.repository,
        changes.merge_sha,
        count(*) as commit_count
    from {{ ref('int_changes') }} as changes
    inner join {{ ref('int_change_commits') }} as own on changes.change_key = own.change_key
    where changes.merge_sha is not null
    group by changes.change_key, changes.repository, changes.merge_sha
),

-- A rebase leaves the words of each commit; a squash has words of its own.
rebased as (
    select
        deployed.repository,
        deployed.sha as deployed_sha,
        list(distinct anew.sha) as shas
    from deployed
    inner join changes on deployed.repository = changes.repository and deployed.sha = changes.merge_sha
    inner join mainline on deployed.repository = mainline.repository and deployed.sha = mainline.sha
    inner join mainline as anew
        on
            mainline.repository = anew.repository
            and anew.position between mainline.position - changes.commit_count + 1 and mainline.position
    inner join commits on anew.repository = commits.repository and anew.sha = commits.sha
    inner join {{ ref('int_change_commits') }} as own
        on changes.change_key = own.change_key and commits.message = own.message
    group by deployed.repository, deployed.sha, changes.commit_count
    having count(distinct anew.sha) = changes.commit_count
),

pushed as (
    select
        commits.repository,
        commits.sha as deployed_sha,
        commits.sha
    from commits
    inner join deployed on commits.repository = deployed.repository and commits.sha = deployed.sha
    union
    select
        entries.repository,
        deployed.sha as deployed_sha,
        entries.sha
    from deployed
    inner join mainline on deployed.repository = mainline.repository and deployed.sha = mainline.sha
    inner join entries on mainline.repository = entries.repository and mainline.position = entries.position
    union
    select
        rebased.repository,
        rebased.deployed_sha,
        unnest(rebased.shas) as sha
    from rebased
),

final as (
    select
        pushed.repository,
        pushed.deployed_sha,
        pushed.sha,
        commits.committed_at
    from pushed
    inner join commits on pushed.repository = commits.repository and pushed.sha = commits.sha
)

select * from final
