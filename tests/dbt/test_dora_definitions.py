"""DORA's figures as each definition has them, reckoned by hand over the same few events."""

from datetime import timedelta
from typing import Any

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting import day
from tests.dbt.planting_dora import MONDAY, minute

MINUTE = 60.0


def week(ask: Ask, definition: str, service: str, at: Any = MONDAY) -> dict[str, Any]:
    names = [
        "deployments", "deployment_days", "change_lead_time_median_seconds", "change_lead_time_p85_seconds",
        "change_lead_time_n", "change_fail_numerator", "change_fail_rate_n", "change_fail_rate",
        "recovery_median_seconds", "recovery_n", "rework_rate", "rework_rate_n", "deployment_frequency_per_day", "team",
    ]  # fmt: skip
    on = (at - timedelta(days=at.weekday())).date()
    query = f"select {', '.join(names)} from marts.agg_dora_weekly where definition = ? and service = ? and week_on = ?"
    (row,) = ask(query, definition, service, on)
    return dict(zip(names, row, strict=True))


def test_dora_counts_from_the_first_commit_to_production_and_each_failed_deployment_once(ask: Ask) -> None:
    row = week(ask, "dora", "golden")
    # 80.5 and 20 minutes; the first deployment carries nothing, and the fourth is the third once more.
    assert (row["deployments"], row["change_lead_time_n"]) == (3, 2)
    assert row["change_lead_time_median_seconds"] == 50.25 * MINUTE
    assert (row["change_fail_numerator"], row["change_fail_rate_n"]) == (1, 3)
    # Two incidents blame it; what was deployed since ended both.
    assert (row["recovery_median_seconds"], row["recovery_n"]) == (49.5 * MINUTE, 1)
    assert (row["rework_rate"], row["rework_rate_n"]) == (0.0, 3)


def test_devlake_rounds_minutes_up_takes_the_lower_median_and_blames_whatever_went_out_last(ask: Ask) -> None:
    row = week(ask, "devlake", "golden")
    # 11 + 40 + 31 minutes, and 0 + 30 + 10, of which the lower is the median.
    assert (row["change_lead_time_median_seconds"], row["change_lead_time_n"]) == (40 * MINUTE, 2)
    assert (row["deployments"], row["deployment_days"], row["deployment_frequency_per_day"]) == (4, 1, 1 / 7)
    # Two incidents of one deployment are one failure; the third is blamed on what went out five days before.
    assert (row["change_fail_numerator"], row["change_fail_rate"]) == (2, 0.5)
    assert (row["recovery_median_seconds"], row["recovery_n"]) == (65 * MINUTE, 2)
    assert (row["rework_rate"], row["rework_rate_n"]) == (None, 0)


def test_devlake_gives_a_cycle_to_what_was_never_deployed_and_excludes_the_first_deployment(ask: Ask) -> None:
    cycles = {
        key: figures
        for key, *figures in ask(
            "select change_key, deployment_id, coding_minutes, merge_minutes, deploy_minutes, cycle_minutes"
            " from intermediate.int_change_cycles where change_key like 'acme/golden%'"
        )
    }
    assert cycles == {
        "acme/golden#500": [None, None, 30, None, 30],
        "acme/golden#501": ["501", 11, 40, 31, 82],
        "acme/golden#502": ["502", None, 30, 10, 40],
        "acme/golden#503": [None, None, 5, None, 5],
    }


def test_gitlab_counts_from_the_merge_and_every_incident_against_the_deployments(ask: Ask) -> None:
    row = week(ask, "gitlab", "golden")
    assert (row["change_lead_time_median_seconds"], row["change_lead_time_n"]) == (20.25 * MINUTE, 2)
    assert (row["deployments"], row["change_fail_numerator"], row["change_fail_rate"]) == (4, 3, 0.75)
    assert (row["recovery_median_seconds"], row["recovery_n"]) == ((60.5 + 120) / 2 * MINUTE, 2)
    assert row["deployment_frequency_per_day"] == 4 / 7


def test_four_keys_counts_the_commits_of_the_deployed_push_and_each_joined_incident(ask: Ask) -> None:
    row = week(ask, "four_keys", "golden")
    # 30, 30 (cut from 30.5), 10 and once more 70 minutes: the branch's own commits were squashed away.
    assert (row["change_lead_time_median_seconds"], row["change_lead_time_n"]) == (30 * MINUTE, 4)
    assert (row["deployments"], row["change_fail_numerator"], row["change_fail_rate"]) == (4, 2, 0.5)
    # 65 minutes from the deployment that the report names, and 2 hours: whole hours.
    assert (row["recovery_median_seconds"], row["recovery_n"]) == (90 * MINUTE, 2)


def test_an_incident_is_blamed_on_nothing_of_another_service_nor_of_long_ago(ask: Ask) -> None:
    blamed = dict(ask("select incident_id, deployment_id from marts.fct_incidents where incident_id like 'G-%'"))
    assert blamed == {"G-1": "501", "G-2": "501", "G-3": None, "G-4": None}


def test_an_incident_without_a_resolution_ends_with_the_deployment_that_came_after_it(ask: Ask) -> None:
    (row,) = ask("select resolved_at, ended_at, ended_by from marts.fct_incidents where incident_id = 'G-2'")
    assert row == (None, minute(140), "deployment")


def test_a_flag_that_is_taken_back_ends_the_incident_of_what_it_let_out(ask: Ask) -> None:
    told = dict(ask("select deployment_id, recovered_at from marts.fct_deployments where service = 'rescue'"))
    assert told == {"520": None, "521": day(62.3), "522": day(63.5), "523": None}
    ends = {
        key: figures
        for key, *figures in ask(
            "select incident_id, deployment_id, ended_by, ended_at from marts.fct_incidents where service = 'rescue'"
        )
    }
    assert ends == {
        "R-1": ["521", "flag off", day(62.3)],
        "R-2": [None, "flag off", day(62.3)],
        "R-3": ["522", "resolved", day(63.5)],
    }


def test_a_release_that_is_taken_back_is_a_failed_release_and_no_failed_deployment(ask: Ask) -> None:
    assert ask("select is_failed from marts.fct_deployments where deployment_id = '523'") == [(False,)]
    told = ask(
        "select flag_key, from_percentage, rolled_back_at, incident_count, recovery_seconds"
        " from marts.fct_release_failures where flag_key like 'rs-%' order by 1"
    )
    assert told == [
        ("rs-1", 50, day(62.3), 2, pytest.approx(0.1 * 86_400)),
        ("rs-2", 50, day(63.3), 0, None),
        ("rs-3", 50, day(65.1), 0, None),
    ]


def test_one_commit_in_several_regions_is_one_deployment_and_the_first_region_counts(ask: Ask) -> None:
    dora = week(ask, "dora", "regions", day(70))
    # The first, the one for both, the one that was rolled back, and the rollback; staging is none.
    assert (dora["deployments"], dora["change_fail_rate_n"], dora["change_fail_numerator"]) == (4, 4, 1)
    assert week(ask, "gitlab", "regions", day(70))["deployments"] == 6
    deployed = ask(
        "select change_key, deployed_at from intermediate.int_service_deliveries where service = 'regions' order by 1"
    )
    assert deployed == [("acme/regions#531", day(71)), ("acme/regions#532", day(72))]


def test_a_rollback_in_one_region_says_nothing_of_another(ask: Ask) -> None:
    failed = ask(
        "select deployment_id, environment, failure_rule from marts.fct_deployments"
        " where service = 'regions' and is_failed"
    )
    assert failed == [("534", "production-eu", "rollback")]


def test_a_pull_request_counts_for_the_services_whose_paths_it_touches(ask: Ask) -> None:
    found: dict[str, list[str]] = {}
    for service, key in ask("select service, change_key from intermediate.int_service_deliveries order by all"):
        found.setdefault(service, []).append(key.partition("#")[2])
    assert (found["mono-api"], found["mono-web"]) == (["541", "543", "544"], ["542", "543", "544"])
    told = dict(
        ask("select deployment_id, change_count from marts.fct_deployments where repository = 'acme/mono' order by 1")
    )
    assert told == {"540": 0, "541": 0, "542": 3, "543": 3, "544": 0}
    # The others know no paths.
    assert week(ask, "devlake", "mono-api", day(82))["change_lead_time_n"] == 4


def test_a_deployment_belongs_to_the_service_that_its_environment_or_its_ref_names(ask: Ask) -> None:
    told = dict(ask("select deployment_id, service from marts.fct_deployments where repository = 'acme/mono'"))
    assert told == {"540": "mono-api", "541": "mono-web", "542": "mono-api", "543": "mono-web", "544": "mono-web"}
    teams = [week(ask, "dora", service, day(82))["team"] for service in ("mono-web", "mono-api")]
    assert teams == ["Web", "unassigned"]
