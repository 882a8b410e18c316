-- One row per test that failed and passed on one and the same commit: how often, and since when.
with results as (
    select * from {{ ref('int_test_results') }}
),

reports as (
    select * from {{ ref('int_test_reports') }}
),

suites as (
    select
        reports.repository,
        reports.suite,
        count(distinct reports.checked) as commits
    from reports
    group by reports.repository, reports.suite
),

final as (
    select
        results.repository,
        results.suite,
        results.test,
        count(*) filter (where results.is_flaky) as flaky_commits,
        count(*) as failed_commits,
        suites.commits as reported_commits,
        count(*) filter (where results.is_flaky) / nullif(cast(suites.commits as double), 0) as flaky_rate,
        count(*) filter (where results.has_passed_in_another) as reruns_that_passed,
        count(*) filter (where results.is_both_in_one_report) as retries_that_passed,
        min(results.first_failed_at) filter (where results.is_flaky) as first_flaky_at,
        max(results.last_failed_at) filter (where results.is_flaky) as last_flaky_at,
        arg_max(results.sha, results.last_failed_at) filter (where results.is_flaky) as last_flaky_sha
    from results
    inner join suites on results.repository = suites.repository and results.suite = suites.suite
    group by results.repository, results.suite, results.test, suites.commits
    having bool_or(results.is_flaky)
)

select * from final
