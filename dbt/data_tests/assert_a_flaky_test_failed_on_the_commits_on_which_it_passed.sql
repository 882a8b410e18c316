-- A test cannot be flaky on more commits than it failed on, nor fail on more than its suite was run on.
select *
from {{ ref('fct_flaky_tests') }}
where
    flaky_commits < 1
    or flaky_commits > failed_commits
    or failed_commits > reported_commits
    or greatest(reruns_that_passed, retries_that_passed) > flaky_commits
