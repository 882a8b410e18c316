-- One row per commit and parent, with the positions of both on the first-parent line, null for what is beside it, and
-- the position of the first commit of that line that names the parent.
{{ config(materialized='table') }}

with commits as (
    select * from {{ ref('int_commits') }}
),

mainline as (
    select * from {{ ref('int_mainline_commits') }}
),

parents as (
    select
        commits.repository,
        commits.sha,
        unnest(commits.parents) as parent_sha
    from commits
),

final as (
    select distinct
        parents.repository,
        parents.sha,
        parents.parent_sha,
        mainline.position,
        parent_mainline.position as parent_position,
        min(mainline.position) over (
            partition by parents.repository, parents.parent_sha
        ) as parent_named_at
    from parents
    left join mainline
        on parents.repository = mainline.repository and parents.sha = mainline.sha
    left join mainline as parent_mainline
        on
            parents.repository = parent_mainline.repository
            and parents.parent_sha = parent_mainline.sha
)

select * from final
