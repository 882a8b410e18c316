"""Which deployment carries which pull request, and what cannot be known."""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.dbt.planting_delivery import Marts, Plan, at, sha

HOUR = 3600.0
MARTS = ("fct_links", "fct_changes", "fct_builds", "fct_deployments", "fct_incidents", "agg_dora_weekly")


def history(plan: Plan) -> None:
    """root - s1 - M2 (merges f2a) - r3a - r3b - s4 - s5 - tip; f2a and f2b branch off root."""
    plan.repository()
    plan.commit("root", 0)
    plan.commit("s1", 5, ["root"], "Change 1 (#1)\n\nbody")
    plan.commit("f2a", 3, ["root"])
    plan.commit("f2b", 4, ["f2a"])
    plan.commit("M2", 6, ["s1", "f2b"], "Merge pull request #2 from acme/topic-2")
    plan.commit("r3a", 7, ["M2"], "Rebased, first")
    plan.commit("r3b", 7, ["r3a"], "Rebased, last")
    plan.commit("s4", 8, ["r3b"], 'Revert "Cart (#1)" (#4)')
    plan.commit("s5", 20, ["s4"], "Change 5 (#5)")
    plan.commit("tip", 40, ["s5"])


def planted() -> Plan:
    plan = Plan()
    history(plan)
    plan.change(1, opened=1, merged=5, merge="s1", commits={"own1": 0.5})  # squashed
    plan.change(2, opened=2, merged=6, merge="M2", head_sha=sha("f2b"), commits={"f2a": 1, "f2b": 2})  # merge commit
    plan.change(3, opened=2, merged=7, merge="r3b", head_sha=sha("own3"), commits={"own3": 1})  # rebased
    plan.change(4, opened=2, merged=8, merge="gone", commits={"own4": 1})  # by its squash subject alone
    plan.change(5, opened=9, merged=20, merge="s5", head_sha=sha("h5"), commits={"h5": 9})  # deployed before its merge
    plan.change(6, opened=9, merged=39, merge="elsewhere", commits={"h6": 9})  # nobody knows where it landed
    plan.change(7, opened=9, merged=60, merge="later")
    plan.change(8, opened=1, merged=2, merge="root")  # merged before all deployments
    # Another repository, of which no deployment and no history is known.
    plan.change(1, opened=1, merged=2, merge="x", repository="acme/docs")
    # A third, deployed without its history: only the very same sha can be told.
    plan.change(1, opened=1, merged=2, merge="y1", repository="acme/api")
    plan.change(2, opened=1, merged=3, merge="y2", repository="acme/api")
    plan.deploy("a1", "y0", 1, repository="acme/api")
    plan.deploy("a2", "y2", 5, repository="acme/api")
    # Staging never counts; the first of production carries what nobody knows; the next carries 1, then 2 to 4.
    plan.deploy("stage", "tip", 4, environment="staging", is_production=False)
    plan.deploy("first", "root", 4)
    plan.deploy("second", "s1", 5.5, ("in_progress", 5.6), ("success", 6), ("inactive", 12))
    plan.deploy("broken", "s4", 9, ("failure", 9.5))
    plan.deploy("third", "s4", 10, ("pending", 10), ("success", 11), ("inactive", 900))
    plan.deploy("branch", "h5", 12)
    plan.deploy("fourth", "tip", 50, environment="Production", is_production=False)
    plan.deploy("fifth", "tip", 50.5)
    return plan


def settled(tmp: Path, *, reverse: bool = False) -> Marts:
    settings = Settings(home=tmp)
    plan = planted()
    outcome = plan.build(settings, *MARTS, reverse=reverse)
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return settled(Path(tmp_path_factory.mktemp("deployments")))


def test_a_squash_is_found_by_its_merge_sha_and_measured_from_its_own_commits(marts: Marts) -> None:
    row = marts.change(1)
    assert (row["deployment_id"], row["deployed_at"], row["first_commit_at"]) == ("second", at(6), at(0.5))
    assert (row["deploy_seconds"], row["change_lead_time_seconds"]) == (HOUR, 5.5 * HOUR)
    assert row["deployment_link"] == "deployment second of shop to production, matched by merge sha"


def test_a_merge_commit_is_found_in_the_history_of_what_was_deployed(marts: Marts) -> None:
    row = marts.change(2)
    assert (row["deployment_id"], row["first_commit_at"]) == ("third", at(1))
    assert "merge sha in the commit graph" in row["deployment_link"]


def test_a_rebase_is_found_by_the_last_commit_it_put_on_the_branch(marts: Marts) -> None:
    assert marts.change(3)["deployment_id"] == "third"


def test_a_squash_whose_sha_is_lost_is_found_by_the_last_number_of_its_subject(marts: Marts) -> None:
    row = marts.change(4)
    assert row["deployment_id"] == "third"
    assert row["deployment_link"].endswith("matched by number in the squash subject")


def test_a_deployment_before_the_merge_never_carries_it(marts: Marts) -> None:
    """Its branch was in production eight hours before it was merged: the deployment of the merge counts."""
    row = marts.change(5)
    assert (row["deployment_id"], row["deploy_seconds"]) == ("fourth", 30 * HOUR)


def test_an_end_is_the_first_success_and_not_the_later_change_of_the_record(marts: Marts) -> None:
    second, third = marts.deployment("second"), marts.deployment("third")
    assert (second["started_at"], second["finished_at"], second["status"]) == (at(5.6), at(6), "success")
    assert (third["finished_at"], third["status"], third["previous_deployment_id"]) == (at(11), "success", "second")


def test_the_first_deployment_of_a_service_carries_nothing_that_can_be_known(marts: Marts) -> None:
    row = marts.change(8)
    assert (row["deployed_at"], row["change_lead_time_seconds"]) == (None, None)
    assert row["deployment_link"] == "first deployment of the service: what it carried cannot be known"
    first = marts.deployment("first")
    assert (first["change_count"], first["is_first_of_service"]) == (0, True)


def test_a_failed_deployment_carries_nothing_and_a_retry_recovers_it(marts: Marts) -> None:
    broken, third = marts.deployment("broken"), marts.deployment("third")
    assert (broken["status"], broken["change_count"], broken["is_failed"]) == ("failed", 0, True)
    assert (broken["recovered_at"], broken["recovery_seconds"]) == (at(11), 1.5 * HOUR)
    assert (third["is_retry"], third["first_attempt_id"], third["change_count"]) == (True, "broken", 3)


def test_why_a_change_has_no_deployment_is_told(marts: Marts) -> None:
    assert marts.change(7)["deployment_link"].startswith("not yet deployed: no production deployment since")
    assert marts.change(6)["deployment_link"].startswith("no commit graph")
    docs = marts.change(1, "acme/docs")
    assert docs["deployment_link"] == "no production deployment of acme/docs is recorded"


def test_without_a_commit_graph_only_the_very_same_sha_is_known(marts: Marts) -> None:
    assert marts.change(2, "acme/api")["deployment_id"] == "a2"
    other = marts.change(1, "acme/api")
    assert (other["deployed_at"], other["deployment_link"].split(":")[0]) == (None, "no commit graph")


def test_an_environment_that_the_settings_list_is_production_in_whatever_case(marts: Marts) -> None:
    fourth = marts.deployment("fourth")
    assert (fourth["is_production"], fourth["previous_deployment_id"]) == (True, "branch")
    assert marts.deployment("fifth")["is_retry"] is True
    assert marts.deployment("stage")["is_production"] is False


def test_nothing_depends_on_the_order_of_arrival(marts: Marts, tmp_path: Path) -> None:
    other = settled(tmp_path, reverse=True)
    for mart in MARTS:
        query = f"select * from marts.{mart} order by all"
        assert marts.rows(query) == other.rows(query), mart
