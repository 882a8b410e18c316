-- One row per test and commit on which it failed at least once, with whether it passed on the same commit too.
{{ config(materialized='table') }}

with reports as (
    select * from {{ ref('int_test_reports') }}
),

failures as (
    select
        reports.repository,
        reports.suite,
        reports.checked,
        reports.sha,
        reports.tests,
        reports.skipped,
        reports.reported_at,
        reports.event_id,
        unnest(reports.failed_tests) as test,
        'failed' as told
    from reports
    union all
    select
        reports.repository,
        reports.suite,
        reports.checked,
        reports.sha,
        reports.tests,
        reports.skipped,
        reports.reported_at,
        reports.event_id,
        unnest(reports.flaky_tests) as test,
        'both' as told
    from reports
),

-- A report names no test that passed. One that it does not name passed where it tells of as many tests, and no more of
-- them were skipped.
judged as (
    select
        failures.repository,
        failures.suite,
        failures.test,
        failures.checked,
        any_value(failures.sha) as sha,
        min(failures.reported_at) as first_failed_at,
        max(failures.reported_at) as last_failed_at,
        count(distinct failures.event_id) filter (where failures.told = 'failed') as failed_reports,
        bool_or(failures.told = 'both') as is_both_in_one_report,
        coalesce(bool_or(
            failures.told = 'failed'
            and others.names_all_failures
            and others.tests = failures.tests
            and others.skipped <= failures.skipped
            and not list_contains(others.failed_tests, failures.test)
            and not list_contains(others.flaky_tests, failures.test)
        ), false) as has_passed_in_another
    from failures
    inner join reports as others
        on
            failures.repository = others.repository
            and failures.suite = others.suite
            and failures.checked = others.checked
    group by failures.repository, failures.suite, failures.test, failures.checked
),

final as (
    select
        judged.*,
        judged.is_both_in_one_report or judged.has_passed_in_another as is_flaky
    from judged
)

select * from final
