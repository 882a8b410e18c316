"""Why things are, or are not, tied together: stories, pull requests, builds."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.dbt.planting_delivery import REPOSITORY, Marts, Plan, at, sha


def run(plan: Plan, run_id: str, attempt: int, conclusion: str | None, hours: float, **more: Any) -> None:
    """An attempt of a CI run: queued at the run's creation, started at `hours`, touched last an hour later."""
    told = {"repository": REPOSITORY, "run_id": run_id, "run_attempt": attempt, "created_at": at(1)} | more
    subject = f"build:{REPOSITORY}/{run_id}.{attempt}"
    status = "in_progress" if conclusion is None else "completed"
    plan.tell("build.queued", subject, 1, status=status, **told)
    plan.tell("build.started", subject, hours, status=status, **told)
    if conclusion:
        plan.tell("build.finished", subject, hours + 1, status=status, conclusion=conclusion, **told)


def job(plan: Plan, run_id: str, attempt: int, name: str, started: float, finished: float | None) -> None:
    told = {
        "repository": REPOSITORY, "run_id": run_id, "run_attempt": attempt, "job_id": name, "started_at": at(started),
        "status": "in_progress" if finished is None else "completed",
        "finished_at": None if finished is None else at(finished),
    }  # fmt: skip
    subject = f"build:{REPOSITORY}/{run_id}.{attempt}"
    plan.tell("build.job_started", subject, started, **told)
    if finished is not None:
        plan.tell("build.job_finished", subject, finished, **told)


def planted() -> Plan:
    plan = Plan()
    plan.repository()
    for key in ("SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4", "UTF-16"):
        plan.ticket(key)
    plan.ticket("SHOP-5", previous_keys=["OLD-5"])
    # One story with many pull requests, one pull request with many stories.
    plan.change(1, opened=1, title="SHOP-1, SHOP-2: UTF-8 export, SHA-256 and SHOP-999", body="Also SHOP-1")
    plan.change(2, opened=1, title="More of it", head_branch="feature/shop-1_more-utf-8-patch-7")
    plan.change(
        3, opened=1, body="See https://acme.example/browse/SHOP-3 <!-- SHOP-2 --> and https://x.example/a/SHOP-4",
        commits={"k3": 1}, messages={"k3": "Work\n\nRefs SHOP-1"},
    )  # fmt: skip
    plan.change(4, opened=1, title="Read UTF-16 and OLD-5 but not ISO-8601", head_sha=sha("head4"))
    plan.change(5, opened=1, title="nothing here", head_branch="patch-1")
    plan.tell(
        "interview.held", "interview:I-1", 1, interview_id="I-1", title="Ann", story_keys=["SHOP-1", "SHOP-77"]
    )  # fmt: skip
    plan.tell("ticket.linked", "ticket:planted/SHOP-2", 1, key="SHOP-2", link_id="9", relation="blocks", to_key="OLD-5")
    # A re-run turns a red run green; the record is touched long after the last job ended.
    main = {"branch": "main", "event": "push", "sha": sha("none")}
    run(plan, "10", 1, "failure", 1.1, **main)
    run(plan, "10", 2, "success", 5, **main)
    job(plan, "10", 2, "unit", 5, 5.2)
    job(plan, "10", 2, "lint", 5, 5.1)
    run(plan, "11", 1, None, 2, branch="main", event="pull_request", sha=sha("head4"))
    run(plan, "12", 1, "success", 2, branch="topic-2", event="push", change_numbers=[2])
    job(plan, "12", 1, "unit", 2, 2.5)
    job(plan, "12", 1, "lost", 2, None)
    run(plan, "13", 1, "success", 2, branch="topic-9", change_numbers=[99])
    return plan


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(home=Path(tmp_path_factory.mktemp("links")))
    outcome = planted().build(settings, "fct_links", "fct_changes", "fct_builds")
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


def links(marts: Marts, from_key: str, to_kind: str) -> dict[str, tuple[str, float, bool, str]]:
    query = f"select * from marts.fct_links where from_key = '{from_key}' and to_kind = '{to_kind}'"
    return {
        row["to_key"]: (row["rule"], row["confidence"], row["is_linked"], row["reason"]) for row in marts.rows(query)
    }


def test_a_change_with_many_stories_and_a_story_with_many_changes(marts: Marts) -> None:
    assert marts.change(1)["story_keys"] == ["SHOP-1", "SHOP-2"]
    query = "select change_key from marts.fct_changes where list_contains(story_keys, 'SHOP-1') order by 1"
    assert [row["change_key"] for row in marts.rows(query)] == [f"{REPOSITORY}#{number}" for number in (1, 2, 3)]


def test_one_link_stands_for_each_pair_by_the_surest_rule(marts: Marts) -> None:
    found = links(marts, f"{REPOSITORY}#1", "story")
    assert found["SHOP-1"] == ("title", 1.0, True, "SHOP-1 stands in the title")
    assert links(marts, f"{REPOSITORY}#2", "story")["SHOP-1"][:3] == ("branch", 0.95, True)


def test_words_that_only_look_like_keys_are_refused_with_a_reason(marts: Marts) -> None:
    found = links(marts, f"{REPOSITORY}#1", "story")
    assert found["UTF-8"] == ("title", 0.0, False, "UTF-8 only looks like a ticket key")
    assert found["SHA-256"][2:] == (False, "SHA-256 only looks like a ticket key")
    assert found["SHOP-999"][2:] == (False, "no ticket SHOP-999 is known")


def test_a_real_ticket_links_although_its_prefix_is_ignored(marts: Marts) -> None:
    found = links(marts, f"{REPOSITORY}#4", "story")
    assert found["UTF-16"][:3] == ("title", 1.0, True)
    assert found["ISO-8601"][3] == "ISO-8601 only looks like a ticket key"


def test_a_former_key_leads_to_the_story_as_it_is_called_now(marts: Marts) -> None:
    assert marts.change(4)["story_keys"] == ["SHOP-5", "UTF-16"]
    assert links(marts, f"{REPOSITORY}#4", "story")["SHOP-5"][3] == "OLD-5 is a former key of SHOP-5"


def test_addresses_count_only_where_they_lead_to_a_ticket(marts: Marts) -> None:
    found = links(marts, f"{REPOSITORY}#3", "story")
    assert {key: link[:2] for key, link in found.items()} == {
        "SHOP-1": ("commit message", 0.7),
        "SHOP-3": ("address in the text", 0.9),
    }


def test_a_branch_is_full_of_words_with_numbers_that_need_no_explanation(marts: Marts) -> None:
    assert sorted(links(marts, f"{REPOSITORY}#2", "story")) == ["SHOP-1", "UTF-8"]
    nothing = "it names no ticket in its title, branch, text or commits"
    assert links(marts, f"{REPOSITORY}#5", "story") == {None: ("none", 0.0, False, nothing)}


def test_interviews_and_tickets_link_to_stories_or_are_refused(marts: Marts) -> None:
    found = links(marts, "I-1", "story")
    assert (found["SHOP-1"][2], found["SHOP-77"][2:]) == (True, (False, "no ticket SHOP-77 is known"))
    assert links(marts, "SHOP-2", "story")["SHOP-5"] == ("blocks", 1.0, True, "SHOP-2 blocks SHOP-5")


def test_a_rerun_turns_red_to_green_and_the_red_run_stays(marts: Marts) -> None:
    rows = marts.rows("select * from marts.fct_builds where run_id = '10' order by run_attempt")
    assert [(row["conclusion"], row["is_rerun"], row["is_default_branch"]) for row in rows] == [
        ("failure", False, True),
        ("success", True, True),
    ]
    assert rows[1]["finished_at"] == at(5.2)
    assert rows[1]["duration_seconds"] == pytest.approx(720)
    assert (rows[0]["queue_seconds"], rows[1]["queue_seconds"]) == (pytest.approx(360), None)


def test_a_running_build_has_no_end_and_a_lost_job_leaves_the_vendors(marts: Marts) -> None:
    running, lost = (marts.rows(f"select * from marts.fct_builds where run_id = '{run_id}'")[0] for run_id in (11, 12))
    assert (running["finished_at"], running["conclusion"], running["is_default_branch"]) == (None, None, False)
    assert (lost["finished_at"], lost["job_count"]) == (at(3), 2)


def test_builds_are_tied_to_changes_by_number_or_sha_or_refused(marts: Marts) -> None:
    assert links(marts, f"{REPOSITORY}/12.1", "change")[f"{REPOSITORY}#2"][:3] == ("number", 1.0, True)
    assert links(marts, f"{REPOSITORY}/11.1", "change")[f"{REPOSITORY}#4"][:3] == ("head sha", 0.95, True)
    assert links(marts, f"{REPOSITORY}/13.1", "change")[None][3] == f"no pull request {REPOSITORY}#99 is known"
