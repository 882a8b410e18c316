"""Every step of every rollout in production gets the verdict that is true: by its cause where it hurt, else none."""

from datetime import datetime
from typing import Any

import pytest

from pipelines.company.effects import Kind
from pipelines.company.guardrails import guardrail_truths
from tests.end_to_end.conftest import Recovered

CAUSES = {"error_rate": "error_rate", "latency_p95_seconds": "latency_p95"}
Health = dict[tuple[str, datetime], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def health(recovered: Recovered) -> Health:
    found: Health = {}
    for row in recovered.named_rows("select * from marts.fct_rollout_health"):
        found.setdefault((row["flag_key"], row["started_at"]), {})[row["guardrail"]] = row
    return found


@pytest.fixture(scope="module")
def truths(recovered: Recovered) -> list[dict[str, Any]]:
    return guardrail_truths(recovered.company, recovered.as_of)


def of(health: Health, truth: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return health[truth["flag_key"], datetime.fromisoformat(truth["started_at"])]


def test_every_step_that_served_users_is_judged_and_of_flags_without_a_story_nothing_was_seen(health, truths):
    known = {(one["flag_key"], datetime.fromisoformat(one["started_at"])) for one in truths}
    assert known <= health.keys()
    assert {len(judged) for judged in health.values()} == {6}
    strays = [health[key]["error_rate"] for key in health.keys() - known]
    assert {(one["verdict"], one["story_key"]) for one in strays} == {("too_early", None)}


def test_what_truly_hurt_is_taken_back_or_paused_by_its_cause(health, truths):
    hurt = [one for one in truths if any(one["breached"].values())]
    assert hurt
    wrong, verdicts = [], []
    for truth in hurt:
        judged = of(health, truth)
        for cause, guardrail in CAUSES.items():
            if truth["breached"][cause]:
                verdicts.append(judged[guardrail]["verdict"])
                if judged[guardrail]["verdict"] not in ("roll_back", "pause", "investigate"):
                    wrong.append(judged[guardrail])
    assert wrong == []
    assert verdicts.count("roll_back") >= 0.8 * len(verdicts), verdicts


def test_what_did_no_harm_is_never_taken_back(health, truths):
    taken = [
        judged["reason"]
        for truth in truths
        for cause, guardrail in CAUSES.items()
        if not truth["breached"][cause]
        for judged in (of(health, truth)[guardrail],)
        if judged["verdict"] == "roll_back"
    ]
    assert taken == []


def test_what_was_neither_hurt_nor_disturbed_is_well_or_too_early_to_tell(health, truths):
    quiet = [one for one in truths if not any(one["breached"].values()) and not one["is_disturbed"]]
    told = [of(health, truth)[guardrail] for truth in quiet for guardrail in CAUSES.values()]
    assert [one["reason"] for one in told if one["verdict"] not in ("ok", "too_early")] == []
    assert sum(one["verdict"] == "ok" for one in told) > len(told) / 2


def test_no_critical_incident_and_no_finding_of_security_blames_a_flag(health):
    verdicts = {
        judged[name]["verdict"] for judged in health.values() for name in ("critical_functionality", "security")
    }
    assert verdicts == {"ok"}


def test_what_nobody_uses_is_looked_into_and_what_people_use_never(recovered, health):
    effects = {effect.story: effect.kind for effect in recovered.company.effects}
    kinds = {story.flag.key: effects[story.key] for story in recovered.company.stories if story.flag}
    verdicts: dict[bool, list[str]] = {True: [], False: []}
    for (flag, _), judged in health.items():
        if flag in kinds:
            verdicts[kinds[flag] is Kind.UNUSED].append(judged["feature_usage"]["verdict"])
    assert set(verdicts[True]) <= {"investigate", "too_early"}
    assert set(verdicts[False]) <= {"ok", "too_early"}
    assert "investigate" in verdicts[True]
    assert "ok" in verdicts[False]


def test_purchases_of_so_few_are_counted_on_both_sides_and_nothing_is_claimed_of_them(health):
    told = [judged["business_metric"] for judged in health.values()]
    assert {one["verdict"] for one in told} == {"too_early"}
    assert any(min(one["n_treated"], one["n_control"]) > 0 for one in told)


def test_each_verdict_that_was_reached_is_one_event_of_the_log(recovered, health):
    told = recovered.rows(
        "select payload ->> 'flag_key', (payload ->> 'epoch')::bigint, (payload ->> 'step')::bigint, "
        "payload ->> 'guardrail', payload ->> 'verdict' from log.current_events "
        "where event_type = 'rollout.verdict_reached' order by all"
    )
    reached = recovered.rows(
        "select flag_key, epoch, step, guardrail, verdict from marts.fct_rollout_health "
        "where verdict <> 'too_early' order by all"
    )
    assert told == reached
    assert len(told) > len(health)
