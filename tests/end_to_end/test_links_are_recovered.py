"""Every tie of the demo company is found, and nothing else: by kind, against the facts, after one night of all."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.company.link_truth import LinkTruth, Pair, link_truth
from pipelines.company.mentions import ELSEWHERE
from pipelines.company.releases import merge_sha
from pipelines.company.topic_rules import judgements
from pipelines.company.usage import uploads
from tests.conftest import ROOT, command_line, environment
from tests.end_to_end.conftest import Recovered

Keys = dict[str, Callable[[str], str]]
# Where the signs allow it, all that is true is found and all that is found is true.
KINDS = [
    ("change", "story"), ("change", "change"), ("change", "flag"), ("change", "deployment"), ("commit", "change"),
    ("build", "change"), ("flag", "story"), ("incident", "deployment"), ("incident", "flag"), ("incident", "story"),
    ("interview", "story"), ("topic", "story"), ("feature_event", "story"),
]  # fmt: skip


@pytest.fixture(scope="module")
def truth(recovered: Recovered) -> LinkTruth:
    return link_truth(recovered.company, recovered.as_of)


@pytest.fixture(scope="module")
def keys(recovered: Recovered) -> Keys:
    """How the facts call what the marts call otherwise, by kind."""
    company = recovered.company
    pulls = [pull for team in company.teams for pull in company.pull_requests(team.repository)]
    pulls += [one.pull for one in company.given_up]
    shas = {(pull.repository, pull.title, pull.opened_at): merge_sha(pull) for pull in pulls}
    changes = {
        key: shas[repository, title, opened_at]
        for key, repository, title, opened_at in recovered.rows(
            "select change_key, repository, title, opened_at from marts.fct_changes"
        )
    }
    made = {(one.service, one.environment, one.created_at): one.key for one in company.deployments}
    deployments = {
        key: made[service, environment, at]
        for key, service, environment, at in recovered.rows(
            "select deployment_id, service, environment, created_at from marts.fct_deployments"
        )
    }
    told = {(one.title, one.service, one.opened_at): one.key for one in company.incidents}
    incidents = {
        key: told[title, service, at]
        for key, title, service, at in recovered.rows(
            "select incident_id, title, service, opened_at from marts.fct_incidents"
        )
    }
    ran = {(one.repository, one.sha, one.event, one.started_at): f"{one.key}.{one.attempt}" for one in company.builds}
    builds = {
        key: ran[repository, sha, event, at]
        for key, repository, sha, event, at in recovered.rows(
            "select repository || '/' || run_id || '.' || run_attempt, repository, sha, event, started_at"
            " from marts.fct_builds where started_at is not null"
        )
    }
    known: dict[str, dict[str, str]] = {
        "change": changes, "deployment": deployments, "incident": incidents, "build": builds,
    }  # fmt: skip
    return {kind: names.__getitem__ for kind, names in known.items()}


def found(recovered: Recovered, keys: Keys, from_kind: str, to_kind: str, *, where: str = "is_linked") -> set[Pair]:
    """What the marts tie together, by the facts' own keys."""
    ends = f"from_kind = '{from_kind}' and to_kind = '{to_kind}'"
    rows = recovered.rows(f"select from_key, to_key from marts.fct_links where {ends} and {where}")
    return {
        Pair(from_kind, keys.get(from_kind, str)(one), to_kind, keys.get(to_kind, str)(other)) for one, other in rows
    }


@pytest.mark.parametrize(("from_kind", "to_kind"), KINDS, ids=[f"{one} and {other}" for one, other in KINDS])
def test_all_that_belongs_together_is_found_and_nothing_else(recovered, truth, keys, from_kind, to_kind):
    true = {one for one in truth.links if (one.from_kind, one.to_kind) == (from_kind, to_kind)}
    where = {
        # Insights and their own tracker, and what a rebase wrote anew, are asked for below.
        "interview": "is_linked and rule = 'named by the interview'",
        "commit": "is_linked and rule <> 'message of a rebased commit'",
    }.get(from_kind, "is_linked")
    if from_kind == "feature_event":
        # Used features alone can tell.
        names = set[str]()
        ends = recovered.as_of.replace(minute=0, second=0, microsecond=0)
        for frame in uploads(recovered.company, recovered.company.begins_at, ends):
            names |= set(frame["event"].to_list())
        true = {one for one in true if one.from_key in names}
    told = found(recovered, keys, from_kind, to_kind, where=where)
    assert (sorted(told - true)[:5], sorted(true - told)[:5]) == ([], [])
    assert len(true) > 0


def test_what_only_seems_to_belong_together_is_refused_with_a_reason(recovered, truth, keys):
    refused = found(recovered, keys, "change", "story", where="not is_linked and to_key is not null")
    assert refused == set(truth.refused)
    reasons = {row[0] for row in recovered.rows("select reason from marts.fct_links where not is_linked")}
    # A ticket that was gone before the first night is one that nobody ever knew.
    for word in ("only looks like a ticket key", f"no project {ELSEWHERE} is collected"):
        assert any(word in reason for reason in reasons), word
    assert not reasons & {"", None}


def test_a_pull_request_of_no_story_says_so_and_a_bots_says_why(recovered, truth, keys):
    rows = recovered.rows(
        "select from_key, reason from marts.fct_links"
        " where from_kind = 'change' and to_kind = 'story' and to_key is null"
    )
    told = {keys["change"](key): reason == "a bot opened it, of which no ticket is expected" for key, reason in rows}
    assert told == truth.alone
    assert set(told.values()) == {True, False}


def test_what_no_sign_tells_is_left_open_and_blamed_on_nothing(recovered, truth, keys):
    untold = {one.from_key for one in truth.unknowable}
    told = found(recovered, keys, "incident", "flag") | found(recovered, keys, "incident", "deployment")
    assert untold & {one.from_key for one in told} == set()
    refused = recovered.rows(
        "select from_key, reason from marts.fct_links"
        " where from_kind = 'incident' and to_kind = 'deployment' and not is_linked"
    )
    reasons = {keys["incident"](key): reason for key, reason in refused}
    assert untold <= reasons.keys()
    # Of these alone nothing can be known: what came from elsewhere, and a flag's doing.
    blamed = {one.key for one in recovered.company.incidents if one.deployment}
    assert (
        reasons.keys() == {one.key for one in recovered.company.incidents if one.opened_at <= recovered.as_of} - blamed
    )


def test_a_rebased_commit_is_known_by_its_message_alone(recovered, keys):
    pulls = {
        merge_sha(pull): pull
        for team in recovered.company.teams
        for pull in recovered.company.pull_requests(team.repository)
    }
    rows = recovered.rows(
        "select links.to_key, commits.message from marts.fct_links as links"
        " inner join intermediate.int_commits as commits on links.from_key = commits.repository || '@' || commits.sha"
        " where links.rule = 'message of a rebased commit'"
    )
    assert rows
    for change_key, message in rows:
        pull = pulls[keys["change"](change_key)]
        assert (pull.merge_method, message in {commit.message for commit in pull.commits}) == ("rebase", True)
    # Every commit of a default branch came by a pull request, but each repository's first.
    alone = recovered.rows("select reason from marts.fct_links where from_kind = 'commit' and not is_linked")
    assert alone == [("the first commit of the repository came by no pull request",)] * len(recovered.company.teams)


def test_every_production_deployment_that_carried_nothing_known_says_why(recovered, keys):
    rows = recovered.rows(
        "select from_key, reason from marts.fct_links where from_kind = 'deployment' and to_kind = 'change'"
    )
    told = {keys["deployment"](key): reason for key, reason in rows}
    out = [
        one
        for one in recovered.company.deployments
        if one.environment == "production" and one.finished_at <= recovered.as_of
    ]
    assert told.keys() == {one.key for one in out if not one.is_success or not one.pulls}
    for one in out:
        if not one.is_success:
            assert told[one.key] == "it failed, so it carried nothing"
        elif one.is_rollback:
            assert "so it carried nothing new" in told[one.key]


def test_coverage_counts_what_is_tied_of_all_and_topics_are_as_right_as_their_readers_say(recovered, truth):
    checks: dict[tuple[str, str], dict[str, Any]] = {
        (row["check_name"], row["scope"]): row for row in recovered.named_rows("select * from marts.data_quality")
    }
    by_people = [sha for sha, is_bot in truth.alone.items() if not is_bot]
    merged = {
        merge_sha(pull): pull
        for team in recovered.company.teams
        for pull in recovered.company.pull_requests(team.repository)
        if pull.merged_at <= recovered.as_of
    }
    asked = checks["changes_with_stories", "all"]
    assert asked["total"] - asked["linked"] == len([sha for sha in by_people if sha in merged])
    assert checks["commits_with_changes", "all"]["total"] - checks["commits_with_changes", "all"]["linked"] == len(
        recovered.company.teams
    )
    read: dict[str, list[bool]] = {}
    for one in judgements(recovered.company, recovered.as_of):
        read.setdefault(one.topic, []).append(one.is_about)
    for topic, judged in read.items():
        row = checks["topics_rightly_assigned", topic]
        assert (row["linked"], row["total"]) == (sum(judged), len(judged)), topic
    assert {row["trend"] for row in checks.values()} >= {None, "too_few", "steady"}
    weekly = recovered.rows(
        "select sum(linked), sum(total) from marts.agg_link_coverage_weekly"
        " where check_name = 'changes_with_stories' and scope = 'all'"
    )
    assert weekly == [(asked["linked"], asked["total"])]


def test_explain_tells_all_that_truly_belongs_to_a_story(recovered, truth, keys):
    ends = [one for one in truth.links if one.to_kind == "story" and one.from_kind in ("change", "flag", "interview")]
    stories = [one.to_key for one in ends]
    key = max(sorted(set(stories)), key=stories.count)
    command = command_line("explain", key)
    done = subprocess.run(
        command, cwd=ROOT, env=environment(recovered.settings.home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pulls = {one.from_key for one in ends if one.to_key == key and one.from_kind == "change"}
    others = {one.from_key for one in ends if one.to_key == key and one.from_kind != "change"}
    carried = {one.to_key for one in truth.links if one.to_kind == "deployment" and one.from_key in pulls}
    changes = {row[0] for row in recovered.rows("select change_key from marts.fct_changes")}
    deployments = {row[0] for row in recovered.rows("select deployment_id from marts.fct_deployments")}
    told = set(done.stdout.replace(",", " ").replace(":", " ").split())
    assert {keys["change"](one) for one in changes & told} >= pulls
    assert {keys["deployment"](one) for one in deployments & told} >= carried
    assert others <= told


def test_what_is_not_tied_is_in_no_median(recovered):
    untied = recovered.rows(
        "select count(*) from marts.fct_changes"
        " where deployed_at is null and (deploy_seconds is not null or change_lead_time_seconds is not null)"
    )
    assert untied == [(0,)]
    known = recovered.rows("select count(*) from marts.fct_changes where change_lead_time_seconds is not null")
    weeks = recovered.rows(
        "select service, sum(change_lead_time_n) from marts.agg_dora_weekly where definition = 'dora' group by 1"
    )
    # A pull request counts once for each service that carries it, and one that none is known to carry, for none.
    pairs = recovered.rows(
        "select count(*) from marts.fct_links as links"
        " inner join marts.fct_changes as changes on links.from_key = changes.change_key"
        " where links.from_kind = 'change' and links.to_kind = 'deployment' and links.is_linked"
        " and changes.first_commit_at is not null"
    )
    assert sum(count for _, count in weeks) == pairs[0][0] >= known[0][0] > 0
