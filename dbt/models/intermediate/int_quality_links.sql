-- One row per check of what is tied together and the scope it is counted in; `all` counts everything.
with coverage as (
    select * from {{ ref('int_link_coverage') }}
),

counted as (
    select
        coverage.check_name,
        coalesce(coverage.scope, 'unknown') as scope,
        count(*) filter (where coverage.is_linked) as linked,
        count(*) as total
    from coverage
    group by coverage.check_name, coalesce(coverage.scope, 'unknown')
),

names as (
    select unnest([
        'stories_with_changes', 'changes_with_stories', 'changes_with_deployments', 'deployments_with_changes',
        'builds_with_changes', 'commits_with_changes', 'incidents_with_causes', 'flags_with_stories',
        'interviews_with_stories', 'stories_with_feature_events'
    ]) as check_name
),

overall as (
    select
        names.check_name,
        'all' as scope,
        coalesce(sum(counted.linked), 0) as linked,
        coalesce(sum(counted.total), 0) as total
    from names
    left join counted on names.check_name = counted.check_name
    group by names.check_name
),

final as (
    select *, 0.8 as ok_from, 0.5 as watch_from
    from counted
    union all
    select *, 0.8 as ok_from, 0.5 as watch_from
    from overall
)

select * from final
