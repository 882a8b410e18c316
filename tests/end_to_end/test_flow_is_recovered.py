"""Flow as the marts tell it, week by week and stage by stage, against where each ticket of the company truly stood."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from pipelines.company.abandoned import abandoned_truths
from pipelines.company.flow_truth import FlowTruth, flow_truths
from pipelines.company.stage_time_truth import kaplan_meier, stage_time_truths
from tests.end_to_end.conftest import Recovered

CASES = "cancelled, started, reopened, wip, kanban_cycle_time_n"


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The quantile between the two nearest values, as spreadsheets have it."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def _counts(truth: FlowTruth) -> dict[str, int]:
    return {
        "created": truth.created, "started": truth.started, "finished": truth.finished, "cancelled": truth.cancelled,
        "reopened": truth.reopened, "wip": len(truth.wip_ages), "flow_load": truth.flow_load,
        "kanban_cycle_time_n": len(truth.cycle_times),
    }  # fmt: skip


def _figures(truth: FlowTruth) -> dict[str, float | None]:
    return {
        "wip_age_median_seconds": _quantile(truth.wip_ages, 0.5),
        "wip_age_p85_seconds": _quantile(truth.wip_ages, 0.85),
        "kanban_cycle_time_median_seconds": _quantile(truth.cycle_times, 0.5),
        "kanban_cycle_time_p85_seconds": _quantile(truth.cycle_times, 0.85),
        "flow_time_median_seconds": _quantile(truth.flow_times, 0.5),
        "flow_time_p85_seconds": _quantile(truth.flow_times, 0.85),
        "flow_efficiency": truth.active / truth.declared if truth.declared else None,
    }


def test_every_week_of_every_team_and_type_is_recovered_with_those_in_which_nothing_happened(recovered: Recovered):
    told = recovered.named_rows("select * from marts.agg_flow_weekly")
    known = {(row["week_on"], row["team"], row["story_type"]): row for row in told}
    truths = flow_truths(recovered.company, recovered.as_of)
    assert known.keys() == {(truth.week_on, truth.team, truth.story_type) for truth in truths}
    for truth in truths:
        row = known[truth.week_on, truth.team, truth.story_type]
        assert {name: row[name] for name in _counts(truth)} == _counts(truth), (truth.week_on, truth.team)
        figures = _figures(truth)
        assert {name: row[name] for name in figures} == pytest.approx(figures), (truth.week_on, truth.team)
    # What the comparison stands on: each thing happened, and some weeks were quiet.
    for name in CASES.split(", "):
        assert any(row[name] for row in told), name
    assert any(not any(_counts(truth).values()) for truth in truths)
    assert sum(row["is_complete"] for row in told) < len(told)


def test_the_curve_of_every_stage_is_recovered_and_what_is_open_or_cancelled_is_counted(recovered: Recovered):
    told = recovered.named_rows("select * from marts.agg_stage_times where window_name = 'all' and n > 0")
    known = {(row["team"], row["story_type"], row["stage"]): row for row in told}
    truths = stage_time_truths(recovered.company, recovered.as_of)
    assert known.keys() == {(truth.team, truth.story_type, truth.stage) for truth in truths}
    for truth in truths:
        row, curve = known[truth.team, truth.story_type, truth.stage], truth.curve
        counted = (row["n"], row["n_reached"], row["n_open"], row["n_cancelled"], row["spent_seconds"])
        assert counted == (truth.n, truth.n_reached, truth.n_open, truth.n_cancelled, truth.spent)
        found = (row["median_seconds"], row["ci_low_seconds"], row["ci_high_seconds"], row["p85_seconds"])
        assert found == (curve.median, curve.low, curve.high, curve.p85), (truth.team, truth.story_type, truth.stage)
        assert row["is_median_reached"] == (curve.median is not None)
    assert any(truth.n_cancelled for truth in truths)
    assert any(truth.n_open for truth in truths)
    assert any(truth.curve.median is None for truth in truths)


def test_the_stage_that_took_the_most_time_is_each_teams_bottleneck(recovered: Recovered):
    spans = ("idea_lead_time", "story_cycle_time", "total")
    spent: dict[str, dict[str, float]] = {}
    for truth in stage_time_truths(recovered.company, recovered.as_of):
        if truth.story_type == "all" and truth.stage not in spans:
            spent.setdefault(truth.team, {})[truth.stage] = truth.spent
    told = recovered.rows(
        "select team, stage, share_of_total from marts.agg_stage_times where is_bottleneck and window_name = 'all'"
        " and story_type = 'all'"
    )
    assert {team: stage for team, stage, _ in told} == {
        team: max(stages, key=lambda stage: stages[stage]) for team, stages in spent.items()
    }
    for team, stage, share in told:
        assert share == pytest.approx(spent[team][stage] / sum(spent[team].values()))


def test_lately_is_told_of_those_alone_that_came_into_the_stage_since(recovered: Recovered):
    durations = recovered.rows(
        "select durations.duration_seconds, durations.outcome = 'reached' from intermediate.int_stage_durations as"
        " durations inner join marts.fct_stories as stories using (story_key) where stories.is_measured"
        " and not stories.is_deleted and stage = 'story_cycle_time' and duration_seconds >= 0 and entered_at >="
        " (select max(window_start) from marts.agg_stage_times)"
    )
    (row,) = recovered.named_rows(
        "select * from marts.agg_stage_times where window_name = 'recent' and team = 'all' and story_type = 'all'"
        " and stage = 'story_cycle_time'"
    )
    curve = kaplan_meier(durations)
    assert (row["n"], row["median_seconds"]) == (len(durations), curve.median)
    assert (recovered.as_of - row["window_start"]).days == 90


def test_what_nobody_will_do_is_cancelled_and_never_done(recovered: Recovered):
    names = "story_key, is_cancelled, cancelled_at, is_open, started_at, first_done_at, done_at, reopened_count"
    told = {row["story_key"]: row for row in recovered.named_rows(f"select {names} from marts.fct_stories")}
    truths = abandoned_truths(recovered.company.abandoned, recovered.as_of)
    for truth in truths:
        assert told[truth.story_key] == {name: getattr(truth, name) for name in names.split(", ")}
    assert {truth.is_cancelled for truth in truths} == {truth.started_at is None for truth in truths} == {True, False}
    reasons = {one.reason for one in recovered.company.abandoned}
    assert reasons == {"wont_do", "duplicate", "cannot_reproduce"}
    # Nothing else is cancelled, but what was noted of some of them and dropped with them.
    others = recovered.rows("select story_key from marts.fct_stories where is_cancelled and is_measured order by 1")
    assert others == sorted((truth.story_key,) for truth in truths if truth.is_cancelled)
    dropped = recovered.rows("select count(*) from marts.fct_stories where is_cancelled and status = 'Dropped'")
    assert dropped[0][0] > 0


def test_open_work_has_its_age_and_what_is_over_has_none(recovered: Recovered):
    def since(at: datetime | None) -> Any:
        return None if at is None else (recovered.as_of - at).total_seconds()

    told = recovered.named_rows("select * from marts.fct_stories where is_measured")
    assert any(row["wip_age_seconds"] for row in told)
    for row in told:
        is_worked_on = row["is_open"] and row["status_category"] == "in_progress"
        assert row["age_seconds"] == (since(row["created_at"]) if row["is_open"] else None)
        assert row["wip_age_seconds"] == (since(row["started_at"]) if is_worked_on else None)
