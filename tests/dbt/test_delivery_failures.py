"""Which deployments failed, what made them good, and what the week's five figures say of it."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import Settings, Team
from tests.dbt.planting_delivery import REPOSITORY, Marts, Plan, at, sha

HOUR = 3600.0
WEEK = 168


def planted() -> Plan:
    plan = Plan()
    plan.repository()
    line = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]
    for number, name in enumerate(line):
        plan.commit(name, number, line[number - 1 : number] if number else [])
    # Week one: c1 is rolled back to c0. c2 hurts, and its incident names no deployment.
    plan.deploy("d0", "c0", 10)
    plan.change(1, opened=1, merged=5, merge="c1", commits={"own1": 1})
    plan.deploy("d1", "c1", 20)
    plan.deploy("d1-back", "c0", 22)
    plan.change(2, opened=1, merged=23, merge="c2", commits={"own2": 2})
    plan.deploy("d2", "c2", 30)
    plan.issue(90, opened=32, closed=33, labels=["Incident"], title="Checkout is down")
    plan.issue(91, opened=200, labels=["bug"])
    plan.deploy("d3", "c3", 40)
    # An incident long after anything went out is nobody's; one that names its deployment is that one's.
    plan.tell("incident.opened", "incident:INC-1", 100, incident_id="INC-1", service="shop")
    plan.tell("incident.opened", "incident:INC-2", 101, incident_id="INC-2", service="shop", deployment_id="d3")
    plan.tell("incident.resolved", "incident:INC-2", 104, incident_id="INC-2", service="shop", deployment_id="d3")
    # Week three, nothing in week two: a change is reverted by a deployment that carries nothing else.
    plan.change(4, opened=2 * WEEK, merged=2 * WEEK, merge="c4", commits={"own4": 2 * WEEK - 1})
    plan.deploy("d4", "c4", 2 * WEEK + 1)
    plan.change(
        5, opened=2 * WEEK + 2, merged=2 * WEEK + 3, merge="c5", commits={"own5": 2 * WEEK + 2},
        title='Revert "Cart (#4)"', body=f"Reverts {REPOSITORY}#4",
    )  # fmt: skip
    plan.deploy("d5", "c5", 2 * WEEK + 4)
    # A hotfix beside other work is no rework; the fix of an incident alone is.
    plan.change(6, opened=2 * WEEK + 5, merged=2 * WEEK + 5, merge="c6", labels=["HotFix"])
    plan.change(7, opened=2 * WEEK + 5, merged=2 * WEEK + 5, merge="c7")
    plan.deploy("d7", "c7", 2 * WEEK + 6)
    plan.change(8, opened=2 * WEEK + 7, merged=2 * WEEK + 7, merge="c8", body="Fixes #90")
    plan.deploy("d8", "c8", 2 * WEEK + 8)
    _another_service(plan)
    return plan


def _another_service(plan: Plan) -> None:
    # Another service: each attempt at one commit is the same deployment.
    for name, hours, state in (("p1", 1, "success"), ("p2", 2, "error"), ("p3", 3, "failure"), ("p4", 5, "success")):
        of = "p-old" if name == "p1" else "p-new"
        plan.deploy(name, of, hours, (state, hours), repository="acme/pay")
    plan.deploy("p5", "p-new", 6, repository="acme/pay")
    plan.deploy("p6", "p-unfinished", 7, ("in_progress", 7), repository="acme/pay", service="ledger")


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(
        home=Path(tmp_path_factory.mktemp("failures")),
        services={"acme/pay": "payments"},
        teams={"Checkout": Team(repositories=(REPOSITORY,))},
    )
    outcome = planted().build(settings, "fct_incidents", "fct_changes", "fct_deployments", "agg_dora_weekly")
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


def week(marts: Marts, service: str, monday: date) -> dict[str, object]:
    where = f"definition = 'dora' and service = '{service}' and week_on = '{monday}'"
    query = f"select * from marts.agg_dora_weekly where {where}"
    (row,) = marts.rows(query)
    return row


def test_a_rollback_is_a_failed_deployment_and_its_recovery(marts: Marts) -> None:
    failed, back = marts.deployment("d1"), marts.deployment("d1-back")
    assert (failed["is_failed"], failed["failure_rule"]) == (True, "rollback")
    assert failed["failure_reason"] == "deployment d1-back put an older commit back"
    assert (failed["recovered_at"], failed["recovery_seconds"]) == (at(22), 2 * HOUR)
    assert (back["is_failed"], back["change_count"], back["is_rework"]) == (False, 0, False)


def test_an_incident_soon_after_is_linked_by_time_and_marked_as_a_guess(marts: Marts) -> None:
    incidents = {row["incident_id"]: row for row in marts.rows("select * from marts.fct_incidents")}
    assert sorted(incidents) == ["INC-1", "INC-2", f"{REPOSITORY}#90"]
    guess = incidents[f"{REPOSITORY}#90"]
    assert (guess["deployment_id"], guess["link_rule"], guess["link_confidence"]) == ("d2", "time", 0.5)
    assert (guess["opened_at"], guess["resolved_at"], guess["service"]) == (at(32), at(33), "shop")
    assert (incidents["INC-1"]["deployment_id"], incidents["INC-1"]["resolved_at"]) == (None, None)
    assert (incidents["INC-2"]["deployment_id"], incidents["INC-2"]["link_confidence"]) == ("d3", 1.0)


def test_an_incident_ends_when_it_is_resolved_or_a_later_deployment_is_out(marts: Marts) -> None:
    assert marts.deployment("d2")["recovery_seconds"] == 3 * HOUR
    assert marts.deployment("d3")["recovery_seconds"] == 64 * HOUR


def test_a_revert_says_that_what_carried_the_change_failed(marts: Marts) -> None:
    failed, repair = marts.deployment("d4"), marts.deployment("d5")
    assert (failed["failure_rule"], failed["recovery_seconds"]) == ("revert", 3 * HOUR)
    assert failed["failure_reason"] == f"{REPOSITORY}#5 is a revert of {REPOSITORY}#4, which it carried"
    assert (repair["is_rework"], repair["is_failed"]) == (True, False)


def test_only_what_carries_repairs_alone_is_rework(marts: Marts) -> None:
    found = {name: marts.deployment(name)["is_rework"] for name in ("d2", "d7", "d8")}
    assert found == {"d2": False, "d7": False, "d8": True}


def test_attempts_at_the_same_commit_are_one_deployment(marts: Marts) -> None:
    row = week(marts, "payments", date(2025, 3, 3))
    assert (row["deployments"], row["change_fail_rate"], row["change_fail_rate_n"]) == (2, 0.5, 2)
    assert (row["recovery_median_seconds"], row["recovery_n"]) == (3 * HOUR, 1)
    assert marts.deployment("p6")["status"] == "in_progress"
    assert marts.rows("select * from marts.agg_dora_weekly where service = 'ledger'") == []


def test_the_week_counts_each_figure_with_its_own_n(marts: Marts) -> None:
    row = week(marts, "shop", date(2025, 3, 3))
    assert (row["team"], row["definition"], row["deployments"]) == ("Checkout", "dora", 5)
    assert row["deployment_frequency_per_day"] == pytest.approx(5 / 7)
    # Changes 1 (19 h) and 2 (28 h); the rest was in the first deployment, or is no pull request.
    assert (row["change_lead_time_median_seconds"], row["change_lead_time_n"]) == (23.5 * HOUR, 2)
    assert (row["change_fail_rate"], row["change_fail_rate_n"]) == (pytest.approx(3 / 5), 5)
    assert (row["recovery_median_seconds"], row["recovery_n"], row["rework_rate"]) == (3 * HOUR, 3, 0.0)


def test_a_week_without_deployments_is_a_row_with_none(marts: Marts) -> None:
    row = week(marts, "shop", date(2025, 3, 10))
    assert (row["deployments"], row["deployment_frequency_per_day"]) == (0, 0.0)
    assert (row["change_fail_rate"], row["rework_rate"], row["change_lead_time_median_seconds"]) == (None, None, None)
    third = week(marts, "shop", date(2025, 3, 17))
    assert (third["deployments"], third["rework_rate"], third["rework_rate_n"]) == (4, 0.5, 4)


def test_an_issue_that_is_no_incident_is_none(marts: Marts) -> None:
    assert marts.rows(f"select * from marts.fct_incidents where incident_id = '{REPOSITORY}#91'") == []
    assert sha("c0") != sha("c1")
