-- One row per commit and pull request that holds it or came onto the default branch as it, by the surest rule; and one
-- row per commit of a default branch that no pull request is known to hold.
{{ config(materialized='table') }}

with commits as (
    select * from {{ ref('int_commits') }}
),

changes as (
    select * from {{ ref('int_changes') }}
),

landings as (
    select * from {{ ref('int_change_landings') }}
),

mainline as (
    select * from {{ ref('int_mainline_commits') }}
),

held as (
    select * from {{ ref('int_change_commits') }}
),

counts as (
    select
        held.change_key,
        count(*) as commits
    from held
    group by held.change_key
),

-- A rebase writes each commit anew, one below the other, and keeps what each says; of a squash or a merge the last one
-- says something of its own.
replayed as (
    select distinct
        landings.repository,
        landings.change_key,
        landings.position,
        counts.commits
    from landings
    inner join counts on landings.change_key = counts.change_key
    inner join commits on landings.repository = commits.repository and landings.sha = commits.sha
    inner join held on landings.change_key = held.change_key and commits.message = held.message
    where landings.rule = 'merge sha'
),

rebased as (
    select
        commits.repository,
        commits.sha,
        replayed.change_key
    from replayed
    inner join mainline
        on
            replayed.repository = mainline.repository
            and mainline.position < replayed.position
            and mainline.position > replayed.position - replayed.commits
    inner join commits on mainline.repository = commits.repository and mainline.sha = commits.sha
    inner join held on replayed.change_key = held.change_key and commits.message = held.message
),

candidates as (
    select
        held.repository,
        held.sha,
        held.change_key,
        'commit of the pull request' as rule,
        1.0 as confidence
    from held
    union all
    select
        landings.repository,
        landings.sha,
        landings.change_key,
        landings.rule,
        case landings.precedence when 1 then 1.0 when 2 then 0.95 else 0.9 end as confidence
    from landings
    union all
    select
        rebased.repository,
        rebased.sha,
        rebased.change_key,
        'message of a rebased commit' as rule,
        0.8 as confidence
    from rebased
),

best as (
    select candidates.*
    from candidates
    inner join changes on candidates.change_key = changes.change_key
    qualify row_number() over (
        partition by candidates.repository, candidates.sha, candidates.change_key
        order by candidates.confidence desc, candidates.rule
    ) = 1
),

final as (
    select
        coalesce(best.repository, commits.repository) as repository,
        coalesce(best.sha, commits.sha) as sha,
        best.change_key,
        coalesce(best.rule, 'none') as rule,
        coalesce(cast(best.confidence as double), 0) as confidence,
        best.change_key is not null as is_linked,
        commits.committed_at,
        coalesce(commits.is_on_default_branch, false) as is_on_default_branch,
        case
            when best.rule = 'commit of the pull request' then 'the pull request lists it'
            when best.change_key is not null then 'the pull request came onto the branch as it, known by: ' || best.rule
            when len(commits.parents) = 0 then 'the first commit of the repository came by no pull request'
            else 'no pull request that is known lists it, and none came onto the branch as it'
        end as reason
    from best
    full join commits on best.repository = commits.repository and best.sha = commits.sha
    where best.change_key is not null or commits.is_on_default_branch
)

select * from final
