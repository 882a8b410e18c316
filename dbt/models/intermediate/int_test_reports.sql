-- One row per report of a suite's tests on a commit, or on a run whose commit nobody named.
with reports as (
    select *
    from {{ ref('stg_events__build_report') }}
    where event_type = 'build.tests_reported'
),

final as (
    select
        reports.event_id,
        reports.repository,
        reports.suite,
        coalesce(reports.sha, reports.run_id) as checked,
        reports.sha,
        reports.occurred_at as reported_at,
        reports.passed + reports.failed + reports.skipped as tests,
        reports.skipped,
        reports.failed_tests,
        reports.flaky_tests,
        -- A long list is cut, and then a test that it does not name may have failed all the same.
        len(reports.failed_tests) >= reports.failed as names_all_failures
    from reports
    where coalesce(reports.sha, reports.run_id) is not null
)

select * from final
