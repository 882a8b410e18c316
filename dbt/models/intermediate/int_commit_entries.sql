-- One row per commit that reached a default branch, with the position at which it did: its own on the first-parent
-- line, else that of the first merge that brought it in. What stands at a position holds all that entered up to it.
{{ config(materialized='table') }}

with recursive walk as (
    select
        edges.repository,
        edges.parent_sha as sha,
        edges.parent_named_at as position
    from {{ ref('int_commit_edges') }} as edges
    where edges.parent_position is null and edges.parent_named_at is not null
    union
    select
        walk.repository,
        edges.parent_sha as sha,
        walk.position
    from walk
    inner join {{ ref('int_commit_edges') }} as edges
        on walk.repository = edges.repository and walk.sha = edges.sha
    -- Where an earlier merge begins its own walk this one ends: a long-lived branch is walked once, not once a merge.
    where
        edges.parent_position is null
        and (edges.parent_named_at is null or edges.parent_named_at > walk.position)
),

entered as (
    select
        mainline.repository,
        mainline.sha,
        mainline.position
    from {{ ref('int_mainline_commits') }} as mainline
    union all
    select
        walk.repository,
        walk.sha,
        walk.position
    from walk
),

final as (
    select
        entered.repository,
        entered.sha,
        min(entered.position) as position
    from entered
    group by entered.repository, entered.sha
)

select * from final
