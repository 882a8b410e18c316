"""How work reaches production in the demo company, what hurts there, and what of that is true as of a moment."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipelines.company import Company, Scale, ai_truth, build_truths, deployment_truths, dora_truths, simulate
from pipelines.company.releases import PRODUCTION, STAGING, carried_at, merge_sha, services_of

AFTERWARDS = datetime(2027, 9, 1, tzinfo=UTC)
NEAR = timedelta(hours=24)


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.demo())


def test_deployments_of_a_service_queue_and_a_failed_one_is_tried_again(company):
    lines: dict[tuple[str, str], list] = {}
    for one in company.deployments:
        lines.setdefault((one.service, one.environment), []).append(one)
    assert len({service for service, _ in lines}) == 7
    failed: Counter[str] = Counter()
    for found in lines.values():
        for before, after in pairwise(found):
            assert before.finished_at < after.created_at
            if not before.is_success:
                failed[before.environment] += 1
                assert after.sha == before.sha
                assert after.attempt_of == before.attempt_of
    assert min(failed[PRODUCTION], failed[STAGING]) > 10


def test_every_merge_is_in_production_of_each_service_that_it_touches_once_in_the_order_of_merges(company):
    for team in company.teams:
        pulls = sorted(company.pull_requests(team.repository), key=lambda pull: (pull.merged_at, merge_sha(pull)))
        order = [merge_sha(pull) for pull in pulls if pull.base == "main"]
        assert carried_at(company.deployments).keys() >= set(order)
        for service in services_of(team.repository):
            out = [sha for one in company.deployments if one.service == service for sha in one.pulls]
            own = [sha for sha in order if service in company.touches[sha]]
            assert out == own
            assert len(services_of(team.repository)) == 1 or 0 < len(own) < len(order)


def test_nothing_goes_out_between_a_harm_and_what_heals_it(company):
    healed = {one.heals: one for one in company.deployments if one.heals}
    assert len(healed) > 30
    for incident in company.incidents:
        if incident.deployment in healed:
            heals = healed[incident.deployment]
            between = [
                one
                for one in company.deployments
                if (one.service, one.environment) == (incident.service, PRODUCTION)
                and one.is_success
                and incident.opened_at < one.finished_at < heals.finished_at
            ]
            assert between == []
            assert incident.resolved_at is None or incident.resolved_at > heals.finished_at


def test_an_incident_that_names_nothing_is_told_right_by_time_alone(company):
    unnamed = [one for one in company.incidents if not one.is_explicit]
    for incident in unnamed:
        out = [
            one
            for one in company.deployments
            if (one.service, one.environment) == (incident.service, PRODUCTION)
            and one.is_success
            and incident.opened_at - NEAR <= one.finished_at <= incident.opened_at
        ]
        assert (out[-1].key if out else None) == incident.deployment
    assert {bool(one.deployment) for one in unnamed} == {True, False}


def test_incidents_are_of_every_kind(company):
    kinds = Counter((bool(one.deployment), bool(one.flag), one.is_explicit) for one in company.incidents)
    assert set(kinds) == {
        (True, False, True),
        (True, False, False),
        (False, True, True),
        (False, True, False),
        (False, False, False),
    }
    assert len({one.key for one in company.incidents}) == len(company.incidents)
    assert {one.kind for one in company.incidents} == {"availability", "security", "other"}
    assert {one.told_in for one in company.incidents} == {"forge", "tracker", "pager", "on_call"}
    assert any(one.resolved_at is None for one in company.incidents)
    assert any(one.is_critical for one in company.incidents)


def test_deployments_fail_for_every_reason_and_the_truth_knows_what_healed_them(company):
    truths = deployment_truths(company, AFTERWARDS)
    reasons = Counter(reason for truth in truths for reason in truth.reasons)
    assert reasons.keys() == {"status", "incident", "rollback", "revert", "hotfix"}
    for truth in truths:
        assert bool(truth.reasons) == (truth.recovered_at is not None)
        if truth.recovered_at:
            assert truth.recovered_at > truth.deployment.finished_at
        if truth.is_rework:
            assert "status" not in truth.reasons


def test_what_is_not_known_yet_at_a_moment_is_not_told(company):
    middle = company.begins_at + (company.ends_at - company.begins_at) / 2
    early = deployment_truths(company, middle)
    late = {truth.deployment.key: truth for truth in deployment_truths(company, AFTERWARDS)}
    assert 0 < len(early) < len(late)
    for truth in early:
        assert truth.deployment.created_at <= middle
        assert truth.recovered_at is None or truth.recovered_at <= middle
        assert set(truth.reasons) <= set(late[truth.deployment.key].reasons)


def test_a_week_of_dora_adds_up(company):
    weeks = dora_truths(company, AFTERWARDS)
    for service in {week.service for week in weeks}:
        own = [week for week in weeks if week.service == service]
        assert all(after.week_on - before.week_on == timedelta(weeks=1) for before, after in pairwise(own))
        out = [one for one in company.deployments if (one.service, one.environment) == (service, PRODUCTION)]
        assert sum(week.deployments for week in own) == sum(one.is_success for one in out)
        assert sum(week.finished for week in own) == len({one.attempt_of for one in out})
        assert sum(len(week.lead_time_seconds) for week in own) == sum(len(one.pulls) for one in out)
    assert all(week.week_on.weekday() == 0 for week in weeks)
    failed = sum(week.failed for week in weeks) / sum(week.finished for week in weeks)
    assert 0.1 < failed < 0.3


def test_builds_fail_for_good_reason_and_for_none(company):
    runs: dict[str, list] = {}
    for build in company.builds:
        runs.setdefault(build.key, []).append(build)
        assert build.created_at <= build.started_at <= build.finished_at == max(job.finished_at for job in build.jobs)
    flaky = [attempts for attempts in runs.values() if any(one.is_flaky for one in attempts)]
    assert len(flaky) > 50
    for attempts in flaky:
        assert {one.sha for one in attempts} == {attempts[0].sha}
        assert attempts[0].conclusion == "failure"
    red = [attempts[-1] for attempts in runs.values() if attempts[-1].conclusion == "failure" and len(attempts) == 1]
    assert any(one.event == "push" for one in red)
    assert sum(one.event == "pull_request" and not one.is_flaky for one in red) > 20
    assert sum(attempts[-1].conclusion == "cancelled" for attempts in runs.values()) > 10
    covered = [build.coverage for build in company.builds if build.coverage]
    assert all(0.5 < reached / lines < 1 for reached, lines in covered)
    truths = build_truths(company, AFTERWARDS)
    assert sum(truth.attempts for truth in truths) == len(company.builds)
    assert all(truth.last_pass_rate >= truth.first_pass_rate for truth in truths)


def test_the_mix_of_sizes_hides_what_the_ai_tools_do_and_a_quarter_of_it_leaves_no_sign(company):
    told = ai_truth(company, AFTERWARDS)
    assert told["factor"] == 0.75
    assert told["crude_ratio"] > 1
    ratios = [size["ratio"] for size in told["by_size"].values() if min(size["before"], size["after"]) >= 15]
    assert sum(ratios) / len(ratios) < told["crude_ratio"]
    assert min(ratios) < 1
    assert told["signs"].keys() == {"label", "co-authored-by", "assisted-by", "footer", "bot", "none"}


def test_boards_are_as_messy_as_they_are(company):
    keys = [one.key for one in (*company.stories, *company.epics, *company.subtasks, *company.mistakes)]
    keys += [one.key for one in company.abandoned]
    keys += [story.transfer.key for story in company.stories if story.transfer]
    assert len(keys) == len(set(keys))
    assert sum(story.learned_from is not None for story in company.stories) >= 15
    assert sum(story.sprint is None for story in company.stories) >= 30
    assert {story.spec.told_in for story in company.stories if story.spec} == {"link", "comment"}
    rewritten = [pull for team in company.teams for pull in company.pull_requests(team.repository) if pull.rewritten_at]
    assert len(rewritten) >= 10
    picked = [pull for story in company.stories for pull in story.pull_requests if pull.base != "main"]
    assert len(picked) >= 5
    assert all("(cherry picked from commit" in pull.commits[0].message for pull in picked)
    shared = Counter(merge_sha(pull) for story in company.stories for pull in story.pull_requests)
    assert sum(count > 1 for count in shared.values()) >= 5
