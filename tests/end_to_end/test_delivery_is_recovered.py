"""Builds, deployments, incidents and DORA's five of the demo company, out of what its vendors tell over HTTP."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.company import Company, Scale, deployment_truths, dora_truths, simulate
from pipelines.company.operations import Incident
from pipelines.company.ticket_facts import AiSign
from pipelines.settings import Settings
from tests.end_to_end.recovering import named_rows, night, rows

# By which sign a deployment is called failed first, where there are several.
PRECEDENCE = ("status", "incident", "rollback", "hotfix", "revert")
SIGNS_OF_AI = {
    AiSign.LABEL: "declared",
    AiSign.DECLARED: "declared",
    AiSign.FOOTER: "detected",
    AiSign.TRAILER: "detected",
    AiSign.BOT: "detected",
    AiSign.NONE: "none_detected",
}
MARTS = ("fct_stories", "fct_changes", "fct_builds", "fct_incidents", "fct_deployments", "agg_dora_weekly")
SIGNS = {"forge": "sha in the text", "pager": "sha", "on_call": "sha"}


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale(teams=2, months=9, stories=90), seed=3)


@pytest.fixture(scope="module", params=[pytest.param("in the middle", marks=pytest.mark.heavy), "at the end"])
def told(request: pytest.FixtureRequest, company: Company, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The marts as of a moment, and that moment; at the end they have grown out of those of the middle."""
    folder: Path = tmp_path_factory.getbasetemp() / "delivery"
    folder.mkdir(exist_ok=True)
    settings = Settings(home=folder / "home")
    life = company.ends_at - company.begins_at
    as_of = company.begins_at + life * 0.55 if request.param == "in the middle" else company.ends_at + life
    night(settings, company, as_of, folder, *MARTS)
    return settings, as_of


def test_every_attempt_of_every_build_is_recovered(company, told):
    settings, as_of = told
    found = rows(
        settings,
        # A branch may hold its author's name, which the log does not keep.
        "select repository, workflow, sha, branch = 'main', event, run_attempt, started_at, finished_at, "
        "duration_seconds, conclusion, is_default_branch, job_count "
        "from marts.fct_builds where finished_at is not null order by all",
    )
    true = sorted(
        (
            build.repository,
            build.workflow,
            build.sha,
            build.branch == "main",
            build.event,
            build.attempt,
            build.started_at,
            build.finished_at,
            (build.finished_at - build.started_at).total_seconds(),
            build.conclusion,
            build.branch == "main",
            len(build.jobs),
        )
        for build in company.builds
        if build.finished_at <= as_of
    )
    assert found == true
    assert {row[9] for row in found} == {"success", "failure", "cancelled"}
    assert max(row[5] for row in found) > 1


def test_every_deployment_is_recovered_with_what_it_broke_and_what_healed_it(company, told):
    settings, as_of = told
    found = named_rows(settings, "select * from marts.fct_deployments")
    true = {
        (truth.deployment.service, truth.deployment.environment, truth.deployment.created_at): truth
        for truth in deployment_truths(company, as_of)
    }
    assert len(found) == len(true)
    wrong = []
    for row in found:
        truth = true[row["service"], row["environment"], row["created_at"]]
        rule = next((name for name in PRECEDENCE if name in truth.reasons), None)
        is_production = truth.deployment.environment == "production"
        carried = len(truth.deployment.pulls) if truth.status == "success" else 0
        known = (row["status"], row["failure_rule"], row["recovered_at"], row["recovery_seconds"], row["is_rework"])
        expected = (truth.status, rule, truth.recovered_at, truth.recovery_seconds, truth.is_rework)
        if known != expected or row["is_failed"] != bool(truth.reasons):
            wrong.append((truth.deployment.key, known, expected))
        if (row["is_production"], row["change_count"]) != (is_production, carried):
            wrong.append((truth.deployment.key, row["change_count"], carried))
    assert wrong == []
    assert {row["service"] for row in found} == {"shop", "shop-web", "search"}


def _rule(incident: Incident) -> str | None:
    if incident.deployment is None:
        return None
    return SIGNS[incident.told_in] if incident.is_explicit else "time"


def test_every_incident_is_recovered_and_only_what_is_to_blame_is_blamed(company, told):
    settings, as_of = told
    found = rows(
        settings,
        "select incidents.title, incidents.service, incidents.opened_at, incidents.resolved_at, incidents.link_rule, "
        "deployments.created_at, deployments.service from marts.fct_incidents as incidents "
        "left join marts.fct_deployments as deployments using (deployment_id) order by incidents.opened_at, 1",
    )
    by_key = {one.key: one for one in company.deployments}
    true = []
    for incident in company.incidents:
        if incident.opened_at <= as_of:
            blamed = by_key.get(incident.deployment or "")
            ended = incident.resolved_at if incident.resolved_at and incident.resolved_at <= as_of else None
            names = (incident.title, incident.service, incident.opened_at, ended, _rule(incident))
            true.append((*names, blamed and blamed.created_at, blamed and blamed.service))
    assert found == sorted(true, key=lambda row: (row[2], row[0]))
    assert {row[4] for row in found} >= {None, "time", "sha"}


def test_the_five_figures_of_every_week_and_service_are_recovered(company, told):
    settings, as_of = told
    found = named_rows(settings, "select * from marts.agg_dora_weekly where definition = 'dora'")
    known = {(row["service"], row["week_on"]): row for row in found}
    truths = dora_truths(company, as_of)
    assert known.keys() == {(truth.service, truth.week_on) for truth in truths}
    for truth in truths:
        row = known[truth.service, truth.week_on]
        figures = {
            "deployments": truth.deployments,
            "deployment_frequency_per_day": truth.deployments / 7,
            "change_lead_time_n": len(truth.lead_time_seconds),
            "change_lead_time_median_seconds": _quantile(truth.lead_time_seconds, 0.5),
            "change_lead_time_p85_seconds": _quantile(truth.lead_time_seconds, 0.85),
            "change_fail_rate": truth.failed / truth.finished if truth.finished else None,
            "change_fail_rate_n": truth.finished,
            "recovery_median_seconds": _quantile(truth.recovery_seconds, 0.5),
            "recovery_n": len(truth.recovery_seconds),
            "rework_rate": truth.rework / truth.deployments if truth.deployments else None,
        }
        assert {name: row[name] for name in figures} == pytest.approx(figures), (truth.service, truth.week_on)


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The quantile between the two nearest values, as spreadsheets have it."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def test_changes_are_in_production_when_the_first_service_that_carries_them_is(company, told):
    settings, as_of = told
    carried: dict[str, datetime] = {}
    for one in company.deployments:
        for sha in one.pulls if one.finished_at <= as_of else ():
            carried[sha] = min(carried.get(sha, one.finished_at), one.finished_at)
    found = dict(rows(settings, "select merge_sha, deployed_at from marts.fct_changes where deployed_at is not null"))
    assert found == carried


def test_ai_assistance_is_found_by_its_sign_and_never_where_it_left_none(company, told):
    settings, as_of = told
    found = dict(rows(settings, "select story_key, ai_assistance from marts.fct_stories where is_measured"))
    opened = [story for story in company.stories if story.pull_requests[0].opened_at <= as_of]
    assert {story.key: found[story.key_at(as_of)] for story in opened} == {
        story.key: SIGNS_OF_AI[story.ai_sign] for story in opened
    }
    # A lower bound: some that had the tools cannot be told. In the middle the tools were not there yet.
    used = sum(story.is_ai_assisted for story in opened)
    seen = sum(found[story.key_at(as_of)] in ("declared", "detected") for story in opened)
    assert 0 < seen < used if as_of > company.ai_tools_at else used == seen == 0
