-- One row per commit of a default branch and power of two: the commit that many first parents back, null beyond the
-- first. Walking a branch of a million commits one by one would take a million steps; by doubling it takes twenty.
{{ config(materialized='table') }}

with recursive commits as (
    select
        commits.repository,
        commits.sha,
        first_parents.sha as first_parent
    from {{ ref('int_commits') }} as commits
    left join {{ ref('int_commits') }} as first_parents
        on
            commits.repository = first_parents.repository
            and commits.parents[1] = first_parents.sha
            and first_parents.is_on_default_branch
            and commits.sha <> first_parents.sha
    where commits.is_on_default_branch
),

jumps as (
    select
        0 as level,
        commits.repository,
        commits.sha,
        commits.first_parent as ancestor,
        case when commits.first_parent is null then 0 else 1 end as distance
    from commits
    union all
    select
        near.level + 1 as level,
        near.repository,
        near.sha,
        far.ancestor,
        near.distance + coalesce(far.distance, 0) as distance
    from jumps as near
    left join jumps as far
        on near.repository = far.repository and near.ancestor = far.sha
    -- Thirty doublings reach further than any history; a broken one that runs in a circle ends here too.
    where
        near.level < 30
        and exists (
            select 1 from jumps as open_jumps
            where open_jumps.ancestor is not null
        )
),

final as (
    select
        jumps.level,
        jumps.repository,
        jumps.sha,
        jumps.ancestor,
        jumps.distance
    from jumps
)

select * from final
