"""Weeks, gates, red times, flaky tests and coverage of the demo company's CI, as its builds have them."""

import pytest

from pipelines.company.ci_truth import (
    CoverageTruth,
    FlakyTestTruth,
    GateTruth,
    WeekTruth,
    coverage_truths,
    flaky_truths,
    gate_truths,
    week_truths,
)
from pipelines.company.red_truth import RedTruth, red_truths
from tests.end_to_end.conftest import Recovered


def _told(recovered: Recovered, mart: str, kind: type, order: str, *, where: str = "true") -> list[tuple]:
    columns = list(kind.__dataclass_fields__)
    return recovered.rows(f"select {', '.join(columns)} from {mart} where {where} order by {order}")


def _is_equal(told: object, true: object) -> bool:
    # A part of a whole is rounded in the last digit, whoever divides.
    return told == pytest.approx(true, rel=1e-12) if isinstance(true, float) else told == true


def _same(found: list[tuple], truths: list) -> None:
    true = [tuple(getattr(one, name) for name in one.__dataclass_fields__) for one in truths]
    assert len(found) == len(true)
    wrong = [(told, one) for told, one in zip(found, true, strict=True) if not all(map(_is_equal, told, one))]
    assert wrong == []


def test_every_week_of_every_workflow_is_recovered(recovered):
    truths = week_truths(recovered.company, recovered.as_of)
    _same(_told(recovered, "marts.agg_ci_weekly", WeekTruth, "repository, workflow, week_on"), truths)
    assert sum(one.flaky_failures for one in truths) > 10
    assert sum(one.red_seconds for one in truths) > 0
    assert sum(one.reruns for one in truths) > 10


def test_every_week_of_every_gate_is_recovered(recovered):
    truths = gate_truths(recovered.company, recovered.as_of)
    # Of older runs nobody asked for their jobs: these are `other`.
    known = f"gate <> 'other' and week_on >= '{min(one.week_on for one in truths)}'"
    found = _told(recovered, "marts.agg_ci_gates_weekly", GateTruth, "repository, gate, week_on", where=known)
    _same(found, truths)
    assert {one.gate for one in truths} == {"lint", "types", "unit", "integration", "build", "end to end"}
    assert any(one.failed for one in truths)


def test_every_time_that_the_default_branch_was_red_is_recovered_with_who_met_it(recovered):
    truths = red_truths(recovered.company, recovered.as_of)
    _same(_told(recovered, "marts.fct_red_periods", RedTruth, "repository, workflow, started_at"), truths)
    assert {one.is_flaky for one in truths} == {True, False}
    assert any(one.merged_changes for one in truths)


def test_every_flaky_test_is_recovered_and_no_broken_one_is_called_so(recovered):
    truths = flaky_truths(recovered.company, recovered.as_of)
    _same(_told(recovered, "marts.fct_flaky_tests", FlakyTestTruth, "repository, suite, test"), truths)
    assert {one.suite for one in truths} == {"unit", "integration", "e2e"}
    assert any(one.failed_commits > one.flaky_commits for one in truths)


def test_what_each_merged_change_did_to_the_coverage_is_recovered(recovered):
    truths = coverage_truths(recovered.company, recovered.as_of)
    merged = (
        "marts.fct_change_coverage inner join (select change_key, merged_at from marts.fct_changes) using (change_key)"
    )
    found = _told(recovered, merged, CoverageTruth, "repository, head_sha", where="merged_at is not null")
    _same(found, truths)
    assert any(one.base_sha for one in truths)


def test_the_truth_beside_the_demos_settings_tells_of_ci_and_of_rollouts(recovered):
    ci, rollouts = recovered.truth["ci"], recovered.truth["rollouts"]
    assert len(ci["weeks"]) == len(week_truths(recovered.company, recovered.as_of))
    assert ci.keys() == {"weeks", "gates", "red_periods", "flaky_tests", "coverage"}
    assert recovered.rows("select count(*) from marts.fct_rollout_steps") == [(len(rollouts["steps"]),)]
