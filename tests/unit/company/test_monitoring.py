"""What monitoring sees of the company is quiet but where something hurts, and the truth says what did."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.company.guardrails import Cause, Stage, guardrail_truths, stages_of
from pipelines.company.monitoring import BUCKET, readings
from pipelines.company.operations import Incident, Reading


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.demo())


@pytest.fixture(scope="module")
def seen(company: Company) -> list[Reading]:
    return list(readings(company, company.begins_at, company.ends_at))


def of(seen: list[Reading], stage: Stage, variant: str) -> list[Reading]:
    return [
        one
        for one in seen
        if one.flag == stage.flag
        and one.variant == variant
        and stage.begins_at <= one.at
        and one.at + BUCKET <= stage.watched_until
    ]


def rate(found: list[Reading]) -> float:
    return sum(one.errors for one in found) / sum(one.requests for one in found)


def test_the_same_company_is_seen_the_same_and_in_parts_as_in_one(company, seen):
    middle = company.begins_at + timedelta(days=200)
    parts = [*readings(company, company.begins_at, middle), *readings(company, middle, company.ends_at)]
    cut = middle.replace(minute=middle.minute // 5 * 5, second=0, microsecond=0)
    assert {one for one in parts if one.at != cut} == {one for one in seen if one.at != cut}
    assert len(seen) == len({(one.service, one.flag, one.variant, one.at) for one in seen}) > 50_000


def test_nobody_has_seen_what_is_yet_to_come(company):
    early = company.begins_at + timedelta(days=90)
    found = list(readings(company, company.begins_at, early))
    assert found
    assert max(one.at for one in found) + BUCKET <= early


def test_a_quiet_service_fails_less_than_once_in_a_thousand_requests_and_sleeps_at_night(company, seen):
    hurt = {(stage.flag, stage.begins_at) for stage in stages_of(company) if stage.cause is not None}
    assert hurt
    quiet = [one for one in seen if one.flag is None and one.errors / one.requests < 0.01]
    assert 0.000_3 < rate(quiet) < 0.001
    night, noon = ([one.requests for one in quiet if one.at.hour == hour] for hour in (0, 12))
    assert sum(noon) / len(noon) > 1.5 * sum(night) / len(night)


def test_what_fell_hurt_those_whom_it_served_and_nobody_else(company, seen):
    fallen = [stage for stage in stages_of(company) if stage.cause is not None and stage.ends_at <= company.ends_at]
    assert {stage.cause for stage in fallen} == set(Cause)
    for stage in fallen:
        treated, control = of(seen, stage, "on"), of(seen, stage, "off")
        assert len(treated) == len(control) >= 2
        slow = [
            one.latencies[1] / other.latencies[1] for one, other in zip(treated, control, strict=True) if other.requests
        ]
        # A deployment that fails at the time hurts both arms alike.
        is_worse = rate(treated) - rate(control) > 0.01
        assert is_worse == (stage.cause is Cause.ERROR_RATE), stage
        assert (sorted(slow)[len(slow) // 2] > 3) == (stage.cause is Cause.LATENCY), stage


def test_what_was_raised_again_does_no_harm_any_more(company):
    by_flag: dict[str, list[Stage]] = {}
    for stage in stages_of(company):
        by_flag.setdefault(stage.flag, []).append(stage)
    raised = [found for found in by_flag.values() if any(one.cause for one in found) and found[-1].percentage == 100]
    assert raised
    for found in raised:
        (fallen,) = [one for one in found if one.cause]
        assert fallen.percentage == 50
        assert all(one.cause is None for one in found if one.begins_at > fallen.begins_at)


def test_the_truth_names_each_step_that_served_users_and_what_it_breached(company):
    truths = guardrail_truths(company)
    assert {truth["percentage"] for truth in truths} >= {1, 10, 50, 95, 100}
    breached = [truth for truth in truths if any(truth["breached"].values())]
    assert {sum(truth["breached"].values()) for truth in breached} == {1}
    assert 10 < len(breached) < len(truths) / 10
    early = company.begins_at + timedelta(days=90)
    told = guardrail_truths(company, early)
    assert 0 < len(told) < len(truths)
    assert all(datetime.fromisoformat(truth["started_at"]) <= early for truth in told)
    assert any(truth["ended_at"] is None for truth in truths)


def test_an_incident_hurts_all_of_its_service_and_disturbs_the_steps_that_it_falls_into(company):
    stage = next(one for one in stages_of(company) if one.percentage == 10 and one.cause is None)
    begin = stage.begins_at + timedelta(hours=1)
    one = Incident("i-1", stage.service, "Down", begin, begin + timedelta(hours=2), "sev1")
    security = replace(one, key="i-2", kind="security", opened_at=begin + timedelta(hours=3), resolved_at=None)
    hurt = replace(company, incidents=(one, security))
    window = (stage.begins_at, stage.watched_until)
    for variant in ("on", "off", None):
        rates = [
            reading.errors / reading.requests
            for reading in readings(hurt, *window)
            if reading.service == stage.service
            and reading.variant == variant
            and reading.flag in (None, stage.flag)
            and begin <= reading.at < begin + timedelta(hours=1, minutes=50)
        ]
        assert sum(rates) / len(rates) > 0.02, variant
    (truth,) = [
        told for told in guardrail_truths(hurt) if told["flag_key"] == stage.flag and told["step"] == stage.step
    ]
    assert truth["is_disturbed"]
    assert not any(truth["breached"].values())


def test_buckets_begin_with_the_clock(seen):
    assert {one.at.minute % 5 for one in seen} == {0}
    assert {one.at.second for one in seen} == {0}
    assert {one.at.tzinfo for one in seen} == {UTC}


def test_who_applies_the_guardrails_to_what_was_seen_finds_what_is_true(company, seen):
    by_arm: dict[tuple[str | None, str | None], list[Reading]] = {}
    for one in seen:
        by_arm.setdefault((one.flag, one.variant), []).append(one)
    wrong, checked = [], 0
    for stage, truth in zip(
        [one for one in stages_of(company) if one.percentage > 0 and one.begins_at <= company.ends_at],
        guardrail_truths(company),
        strict=True,
    ):
        treated, control = (of(by_arm.get((stage.flag, variant), []), stage, variant) for variant in ("on", "off"))
        if truth["ended_at"] is None or sum(one.requests for one in treated) < 300:
            continue
        slow = sorted(one.latencies[1] for one in treated)[len(treated) // 2]
        usual = sorted(one.latencies[1] for one in control)[len(control) // 2] if control else slow
        found = {"error_rate": rate(treated) > 0.01, "latency_p95_seconds": slow > 3 * usual}
        checked += 1
        # An incident of the whole service may hurt a step for another reason.
        if found != truth["breached"] and not truth["is_disturbed"]:
            wrong.append((truth, found))
    assert wrong == []
    assert checked > 300
