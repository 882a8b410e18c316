"""Guardrails of rollouts: what was counted at the same time in both arms, what broke, and what is said of it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.transform import run_dbt
from tests.dbt.planting_delivery import Marts, Plan, at

BUCKET = timedelta(minutes=5)
Arm = tuple[float, float, float]
GUARDRAILS = {
    "error_rate", "latency_p95", "critical_functionality", "security", "feature_usage", "business_metric",
}  # fmt: skip
LAYERS = ("stg_results__", "int_", "fct_")
UPPERS = ("0.1", "0.25", "0.5", "1", "2.5", "+Inf")


def planted() -> Plan:
    plan = Plan()
    plan.ticket("SHOP-1", type="Story", title="Export", created_at=at(0))
    for key in ("broken", "slow", "shaken", "small", "whole", "leaky", "counted", "twice", "odd", "silent"):
        flag(plan, key)
    # Requests, errors and the 95th percentile of each bucket in both arms, from an hour on; half have it until hour 9.
    for hour in range(1, 5):
        arms(plan, "broken", hour, (1000, 30, 0.4), (1000, 0, 0.4))
        arms(plan, "slow", hour, (1000, 0, 1.5), (1000, 0, 0.4))
        arms(plan, "shaken", hour, (1000, 40, 0.4), (1000, 41, 0.4))
        arms(plan, "small", hour, (5, 1, 0.4), (5, 0, 0.4))
    # Before it began and after it was over something else was wrong.
    arms(plan, "slow", 0, (1000, 900, 9.0), (1000, 0, 0.4))
    arms(plan, "slow", 9, (1000, 900, 9.0), (1000, 0, 0.4))
    # From hour 10 on all have it, and nobody is left to compare with.
    flag_share(plan, "whole", 10, 100)
    arms(plan, "whole", 11, (1000, 60, 0.4), None)
    incident(plan, "I-1", 2, flag_key="leaky", kind="security", severity="sev3")
    incident(plan, "I-2", 3, flag_key="leaky", is_critical=True)
    incident(plan, "I-3", 30, flag_key="leaky", severity="SEV1")
    incident(plan, "I-4", 2, service="shop", severity="sev1")
    for variant, slow in (("true", 80), ("FALSE", 20)):
        histogram(plan, "counted", variant, 1, slow)
    # Two servers watch the same service, and one began earlier.
    for hour in (1, 2):
        arms(plan, "twice", hour, (1000, 0, 0.4), (1000, 0, 0.4))
    arms(plan, "twice", 2, (1000, 500, 0.4), (1000, 0, 0.4), monitor="other ")
    measured(plan, "odd", "purple", "requests", 1, [1000.0] * 12)
    measured(plan, "odd", "purple", "errors", 1, [900.0] * 12)
    measured(plan, "odd", "on", "requests", 1, [1000.0] * 12, environment="staging")
    measured(plan, "odd", "on", "errors", 1, [900.0] * 12, environment="staging")
    # No series of errors is there for it, but others of the service were counted.
    measured(plan, "silent", "on", "requests", 1, [1000.0] * 12)
    measured(plan, "silent", "off", "requests", 1, [1000.0] * 12)
    return plan


def flag(plan: Plan, key: str) -> None:
    named = {"project": "shop", "flag_key": key}
    tags = {"custom_properties": {"ticket": ["SHOP-1"]}} if key == "broken" else {}
    plan.tell("flag.updated", f"flag:{key}", 0, **named, **tags)
    for hour, share in ((1, 50), (9, 0)):
        flag_share(plan, key, hour, share)


def flag_share(plan: Plan, key: str, hour: float, share: float) -> None:
    named = {"project": "shop", "flag_key": key, "environment": "production"}
    plan.tell("flag.configured", f"flag:{key}", hour, **named, is_on=True, served_percentage=share, version=int(hour))


def arms(plan: Plan, key: str, hour: float, treated: Arm, control: Arm | None, monitor: str = "") -> None:
    """Twelve buckets of an hour, all alike."""
    for variant, arm in (("on", treated), ("off", control)):
        for measure, value in zip(("requests", "errors", "latency_p95_seconds"), arm or (), strict=False):
            measured(plan, key, variant, measure, hour, [value] * 12, monitor=monitor)


def histogram(plan: Plan, key: str, variant: str, hour: float, slow: int) -> None:
    """Of a thousand requests in a bucket all but `slow` take up to half a second, and those up to two and a half."""
    for upper, count in zip(UPPERS, (700, 900, 1000 - slow, 1000 - slow, 1000, 1000), strict=True):
        measured(plan, key, variant, "latency_bucket", hour, [float(count)] * 12, labels={"le": upper})


def measured(
    plan: Plan, key: str, variant: str, measure: str, hour: float, values: list[float], *,
    environment: str | None = "production", labels: dict[str, str] | None = None, monitor: str = "",
) -> None:  # fmt: skip
    points = [
        {"at": (at(hour) + number * BUCKET).isoformat(), "value": value, "count": None}
        for number, value in enumerate(values)
    ]
    told = {
        "monitor_id": f"{monitor}{measure}", "measure": measure, "service": "shop", "environment": environment,
        "flag_key": key, "variant": variant, "labels": labels or {}, "window_start": at(hour),
        "window_end": at(hour + 1), "bucket_seconds": BUCKET.total_seconds(), "points": points,
    }  # fmt: skip
    series = f"monitor:{monitor}{measure}{key}{variant}{environment}{labels}"
    plan.tell("monitor.measured", series, hour + 1, **told)


def incident(plan: Plan, name: str, hour: float, **told: Any) -> None:
    plan.tell("incident.opened", f"incident:{name}", hour, incident_id=name, **told)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    settings = Settings(home=Path(tmp_path_factory.mktemp("guardrails")))
    outcome = planted().build(settings)
    assert outcome.error is None, outcome.sentences
    # What is estimated, and what reads it, is of the other half, which has to be asked for by name.
    outcome = run_dbt(settings, select=["rollout_health", *(f"{layer}rollout_health" for layer in LAYERS)])
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
