"""Rollouts with what monitoring and others told of them: each flag is a trap, named by what is wrong with it."""

from datetime import timedelta
from typing import Any

from tests.dbt.planting_delivery import Plan, at

BUCKET = timedelta(minutes=5)
Arm = tuple[float, float, float]
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
