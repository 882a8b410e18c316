-- One row per commit on the first-parent line of a default branch, with its position: how many came before it.
-- A commit of that line holds exactly those of the line with a lower position.
{{ config(materialized='table') }}

with recursive commits as (
    select *
    from {{ ref('int_commits') }}
    where is_on_default_branch
),

jumps as (
    select * from {{ ref('int_first_parent_jumps') }}
),

parents as (
    select distinct
        commits.repository,
        unnest(commits.parents) as sha
    from commits
),

-- Rewritten history may leave a second end; the newest is the branch.
tips as (
    select
        commits.repository,
        commits.sha
    from commits
    left join parents on commits.repository = parents.repository and commits.sha = parents.sha
    where parents.sha is null
    qualify row_number() over (
        partition by commits.repository
        order by commits.committed_at desc, commits.sha
    ) = 1
),

members as (
    select
        0 as level,
        tips.repository,
        tips.sha
    from tips
    union all
    select
        members.level + 1 as level,
        members.repository,
        unnest([members.sha, jumps.ancestor]) as sha
    from members
    left join jumps
        on
            members.level = jumps.level
            and members.repository = jumps.repository
            and members.sha = jumps.sha
    where members.sha is not null and members.level <= (select max(all_jumps.level) from jumps as all_jumps)
),

depths as (
    select
        jumps.repository,
        jumps.sha,
        arg_max(jumps.distance, jumps.level) as position
    from jumps
    group by jumps.repository, jumps.sha
),

final as (
    select distinct
        members.repository,
        members.sha,
        depths.position
    from members
    inner join depths on members.repository = depths.repository and members.sha = depths.sha
)

select * from final
