"""Guardrails of rollouts: what was counted at the same time in both arms, what broke, and what is said of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.dbt.planting_delivery import Marts, at
from tests.dbt.planting_guardrails import planted

GUARDRAILS = {
    "error_rate", "latency_p95", "critical_functionality", "security", "feature_usage", "business_metric",
}  # fmt: skip


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(home=Path(tmp_path_factory.mktemp("guardrails")))
    outcome = planted().build(settings)
    assert outcome.error is None, outcome.sentences
    return Marts(settings)


@pytest.fixture(scope="module")
def health(marts: Marts) -> dict[tuple[str, int, str], dict[str, Any]]:
    rows = marts.rows("select * from marts.fct_rollout_health")
    return {(row["flag_key"], row["epoch"], row["guardrail"]): row for row in rows}


def test_every_step_that_served_somebody_is_judged_by_every_guardrail(marts, health):
    steps = marts.rows("select count(*) as n from marts.fct_rollout_steps where is_production and percentage > 0")
    assert len(health) == steps[0]["n"] * len(GUARDRAILS)
    assert {guardrail for _, _, guardrail in health} == GUARDRAILS
    assert {row["story_key"] for key, row in health.items() if key[0] == "broken"} == {"SHOP-1"}


@pytest.mark.parametrize(
    ("key", "guardrail", "verdict"),
    [
        ("broken", "error_rate", "roll_back"),
        ("broken", "latency_p95", "ok"),
        ("slow", "latency_p95", "roll_back"),
        ("slow", "error_rate", "ok"),
        ("shaken", "error_rate", "investigate"),
        ("small", "error_rate", "roll_back"),
        ("small", "latency_p95", "too_early"),
        ("leaky", "error_rate", "too_early"),
        ("leaky", "security", "roll_back"),
        ("leaky", "critical_functionality", "roll_back"),
        ("broken", "critical_functionality", "ok"),
        ("counted", "latency_p95", "roll_back"),
        ("counted", "error_rate", "too_early"),
        ("twice", "error_rate", "ok"),
        ("odd", "error_rate", "too_early"),
        ("silent", "error_rate", "ok"),
        ("broken", "feature_usage", "too_early"),
        ("broken", "business_metric", "too_early"),
    ],
)
def test_a_verdict_is_that_of_what_was_planted(health, key, guardrail, verdict):
    told = health[key, 1, guardrail]
    assert told["verdict"] == verdict, told["reason"]


def test_only_what_lies_in_a_step_counts_for_it(health):
    told = health["slow", 1, "error_rate"]
    assert (told["n_treated"], told["n_control"], told["treated_value"]) == (48_000, 48_000, 0.0)
    assert (told["window_started_at"], told["window_ended_at"]) == (at(1), at(5))
    assert (told["started_at"], told["ended_at"], told["percentage"]) == (at(1), at(9), 50.0)


def test_the_percentiles_of_two_arms_are_divided_bucket_by_bucket(health):
    told = health["slow", 1, "latency_p95"]
    assert (told["treated_value"], told["control_value"], told["ratio"]) == (1.5, 0.4, 3.75)
    assert (told["ratio_low"], told["threshold"]) == (3.75, 3.0)


def test_histograms_are_added_up_and_read_within_their_bins(health):
    told = health["counted", 1, "latency_p95"]
    # 920 of 1,000 within half a second, the rest up to 2.5: the 950th lies at 30/80 of the bin from 1 to 2.5.
    assert told["treated_value"] == pytest.approx(1 + 1.5 * 30 / 80)
    assert told["control_value"] == pytest.approx(0.25 + 0.25 * 50 / 80)
    assert (told["n_treated"], told["n_control"]) == (12_000, 12_000)
    assert 3 < told["ratio_low"] < told["ratio"]


def test_where_all_have_it_a_breach_pauses_and_nothing_is_taken_back(health):
    told = health["whole", 2, "error_rate"]
    assert (told["verdict"], told["n_control"], told["control_value"]) == ("pause", 0, None)
    assert health["whole", 2, "latency_p95"]["verdict"] == "too_early"


def test_two_servers_that_tell_of_the_same_requests_count_once(health):
    assert health["twice", 1, "error_rate"]["n_treated"] == 24_000


def test_an_incident_is_tied_by_name_and_to_the_step_that_it_was_opened_in(health):
    told = health["leaky", 1, "critical_functionality"]
    assert (told["treated_value"], told["window_started_at"]) == (1.0, at(3))
    assert told["reason"] == "Critical incident I-2 names the flag, or a story that it lets out, as its cause."
    assert health["leaky", 1, "security"]["reason"].startswith("Finding of security I-1 ")


def test_the_window_ends_with_the_buckets_that_were_told(health):
    ends = {row["window_ended_at"] for (_, _, guardrail), row in health.items() if guardrail == "error_rate"}
    assert all(end is None or isinstance(end, datetime) for end in ends)
