-- One row per merged pull request and commit that it is known by, best rule first: the commit to look for in what was
-- deployed. A squash or a rebase leaves none of its own commits on the branch, so its numbers are read as well.
{{ config(materialized='table') }}

with merged as (
    select *
    from {{ ref('int_changes') }}
    where state = 'merged'
),

-- Only the first line is the subject, and of several numbers the last is the host's: a revert names the reverted first.
subjects as (
    select
        commits.repository,
        commits.sha,
        regexp_extract(split_part(commits.message, chr(10), 1), '\(#([0-9]+)\)\s*$', 1) as squash_number,
        regexp_extract(
            split_part(commits.message, chr(10), 1), '^Merge pull request #([0-9]+)\b', 1
        ) as merge_number
    from {{ ref('int_commits') }} as commits
    where commits.is_on_default_branch
),

candidates as (
    select
        merged.change_key,
        merged.repository,
        merged.merged_at,
        merged.merge_sha as sha,
        'merge sha' as rule,
        1 as precedence
    from merged
    union all
    select
        merged.change_key,
        merged.repository,
        merged.merged_at,
        merged.head_sha as sha,
        'head sha' as rule,
        2 as precedence
    from merged
    union all
    select
        merged.change_key,
        merged.repository,
        merged.merged_at,
        subjects.sha,
        'number in the squash subject' as rule,
        3 as precedence
    from merged
    inner join subjects
        on
            merged.repository = subjects.repository
            and merged.number = try_cast(subjects.squash_number as bigint)
    union all
    select
        merged.change_key,
        merged.repository,
        merged.merged_at,
        subjects.sha,
        'number in the merge subject' as rule,
        4 as precedence
    from merged
    inner join subjects
        on
            merged.repository = subjects.repository
            and merged.number = try_cast(subjects.merge_number as bigint)
),

entries as (
    select * from {{ ref('int_commit_entries') }}
),

final as (
    select
        candidates.*,
        entries.position
    from candidates
    left join entries
        on candidates.repository = entries.repository and candidates.sha = entries.sha
    where candidates.sha is not null
    qualify row_number() over (
        partition by candidates.change_key, candidates.sha
        order by candidates.precedence
    ) = 1
)

select * from final
