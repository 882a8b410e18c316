-- One row per CI run attempt and pull request that it ran for, by the surest rule; `change_key` is null where a run
-- ran for none that is known.
{{ config(materialized='table') }}

with builds as (
    select
        builds.*,
        builds.repository || '/' || builds.run_id || '.' || builds.run_attempt as build_key
    from {{ ref('int_builds') }} as builds
),

changes as (
    select * from {{ ref('int_changes') }}
),

numbers as (
    select
        builds.build_key,
        builds.repository || '#' || unnest(builds.change_numbers) as change_key
    from builds
),

candidates as (
    select
        numbers.build_key,
        changes.change_key,
        'number' as rule,
        1.0 as confidence
    from numbers
    inner join changes on numbers.change_key = changes.change_key
    union all
    select
        builds.build_key,
        commits.change_key,
        'commit of the pull request' as rule,
        0.95 as confidence
    from builds
    inner join {{ ref('int_change_commits') }} as commits
        on builds.repository = commits.repository and builds.sha = commits.sha
    union all
    select
        builds.build_key,
        changes.change_key,
        'head sha' as rule,
        0.95 as confidence
    from builds
    inner join changes on builds.repository = changes.repository and builds.sha = changes.head_sha
    union all
    select
        builds.build_key,
        landings.change_key,
        landings.rule,
        0.9 as confidence
    from builds
    inner join {{ ref('int_change_landings') }} as landings
        on builds.repository = landings.repository and builds.sha = landings.sha
),

best as (
    select *
    from candidates
    qualify row_number() over (
        partition by build_key, change_key
        order by confidence desc, rule
    ) = 1
),

final as (
    select
        builds.build_key,
        best.change_key,
        coalesce(best.rule, 'none') as rule,
        coalesce(cast(best.confidence as double), 0) as confidence,
        best.change_key is not null as is_linked,
        case
            when best.rule = 'number' then 'the run names the pull request'
            when best.change_key is not null then 'it ran on a commit that is known by: ' || best.rule
            when len(builds.change_numbers) > 0
                then 'no pull request ' || builds.repository || '#' || builds.change_numbers[1] || ' is known'
            else 'no pull request holds commit ' || coalesce(left(builds.sha, 12), 'of an unknown sha')
        end as reason
    from builds
    left join best on builds.build_key = best.build_key
)

select * from final
