-- One row per commit whose coverage was reported: the newest report holds.
{{ config(materialized='table') }}

with reports as (
    select *
    from {{ ref('stg_events__build_report') }}
    where event_type = 'build.coverage_reported' and sha is not null and lines_total > 0
),

mainline as (
    select * from {{ ref('int_mainline_commits') }}
),

newest as (
    select *
    from reports
    qualify row_number() over (
        partition by repository, sha
        order by occurred_at desc, raw_position desc, event_id
    ) = 1
),

final as (
    select
        newest.repository,
        newest.sha,
        newest.occurred_at as reported_at,
        newest.lines_covered,
        newest.lines_total,
        newest.lines_covered / nullif(cast(newest.lines_total as double), 0) as coverage,
        mainline.sha is not null as is_on_default_branch
    from newest
    left join mainline on newest.repository = mainline.repository and newest.sha = mainline.sha
)

select * from final
