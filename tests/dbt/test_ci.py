"""From runs, jobs and reports to the figures of CI."""

from datetime import date

from tests.dbt.conftest import Ask
from tests.dbt.planting import day

HOUR = 3_600


def test_a_branch_is_red_until_a_newer_run_passes_and_no_longer(ask: Ask) -> None:
    told = ask(
        "select started_at, ended_at, duration_seconds, age_seconds, failed_run_id, is_flaky, merged_changes, "
        "waiting_changes from marts.fct_red_periods where repository = 'acme/ci' order by 1"
    )
    assert [row[:7] for row in told] == [
        (day(0.1), day(0.2), 2.4 * HOUR, None, "flaky", True, 0),
        (day(6), day(8), 48 * HOUR, None, "sunday", False, 1),
        (day(99), None, None, 24 * HOUR, "red", False, 0),
    ]
    assert told[1][7] == 1


def test_red_time_counts_in_each_week_for_its_part_and_a_week_without_runs_is_a_row(ask: Ask) -> None:
    told = ask(
        "select week_on, attempts, passed, failed, neither, flaky_failures, red_seconds, red_periods, merged_into_red "
        "from marts.agg_ci_weekly where repository = 'acme/ci' and workflow = 'Checks' order by 1"
    )
    assert told[:3] == [
        (date(2026, 1, 5), 3, 1, 2, 0, 1, 144 * 60 + 15 * HOUR, 2, 1),
        (date(2026, 1, 12), 4, 1, 2, 1, 0, 33 * HOUR, 0, 0),
        (date(2026, 1, 19), 0, 0, 0, 0, 0, 0, 0, 0),
    ]
    assert told[-1] == (date(2026, 4, 13), 1, 0, 1, 0, 0, 24 * HOUR, 1, 0)
    assert len(told) == 15


def test_only_first_attempts_were_queued(ask: Ask) -> None:
    told = ask(
        "select queue_median_seconds, queue_n, first_pass_rate, first_pass_rate_n, pass_rate, pass_rate_n, reruns "
        "from marts.agg_ci_weekly where repository = 'acme/ci' and workflow = 'Checks' order by week_on limit 1"
    )
    assert told == [(60, 2, 0, 2, 1 / 3, 3, 1)]


def test_a_gate_is_told_by_the_job_else_by_the_workflow(ask: Ask) -> None:
    told = ask(
        "select gate, workflow, sum(jobs), sum(passed), sum(failed), max(pass_rate_n) from marts.agg_ci_gates_weekly "
        "where repository = 'acme/ci' and week_on <= '2026-01-12' group by all order by all"
    )
    assert told == [
        ("end to end", "E2E nightly", 1, 0, 1, 1),
        ("integration", "Checks", 1, 0, 1, 1),
        ("lint", "Checks", 1, 1, 0, 1),
        # The skipped job of no gate, and six runs whose jobs nobody told.
        ("other", "Checks", 7, 2, 3, 3),
    ]


def test_a_test_is_flaky_that_fails_and_passes_on_one_commit(ask: Ask) -> None:
    told = ask(
        "select test, flaky_commits, failed_commits, reported_commits, flaky_rate, reruns_that_passed, "
        "retries_that_passed, last_flaky_at from marts.fct_flaky_tests where repository = 'acme/ci' order by 1"
    )
    assert told == [
        ("t.retried", 1, 1, 2, 0.5, 0, 1, day(6)),
        ("t.shaky", 1, 2, 2, 0.5, 1, 0, day(0.1)),
    ]
