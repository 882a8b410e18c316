"""What product analytics are told is made of the marts once, whatever is learnt of a story afterwards."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import pytest

from pipelines.analytics_messages import analytics_drafts
from pipelines.outbox.making import Made, decide, make_messages
from pipelines.outbox.policy import Terms
from pipelines.settings import Settings
from pipelines.writeback_settings import ANALYTICS
from tests.contracts.analytics_sites import EVENTS, SOON, shipped, telling
from tests.unit.outbox.saying import BEGUN
from tests.unit.summaries.told import FINAL, FULL
from warehouse import outbox
from warehouse.outbox import Message
from warehouse.store import open_log

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("STORYLINE_AMPLITUDE_KEY", "an-api-key")
    monkeypatch.setenv("STORYLINE_AMPLITUDE_SECRET", "a-secret-key")
    return telling(settings, NOWHERE, analytics={"kinds": ANALYTICS})


@pytest.fixture
def log(told: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    shipped(told)
    with open_log(told, command="test", since=SOON) as connection:
        yield connection


def make(log: duckdb.DuckDBPyConnection, told: Settings) -> Made:
    rules = Terms(told.writeback, FINAL, SOON, dict.fromkeys(ANALYTICS, BEGUN))
    return make_messages(log, analytics_drafts(log, told).drafts, rules)


def sent(log: duckdb.DuckDBPyConnection) -> list[Message]:
    for one in outbox.messages(log):
        if one.state != outbox.SENT:
            outbox.keep(log, one, outbox.SENT, "test", SOON, remote_id="7", sent_version=one.version, is_sent=True)
    return outbox.messages(log)


def test_a_story_is_made_into_its_messages_once(log, told):
    assert [make(log, told).added for _ in range(2)] == [5, 0]
    kinds = sorted(one.kind for one in outbox.messages(log))
    assert kinds == ["annotation", "release", "rollout_step", "rollout_step", "story_shipped"]
    assert {one.source for one in outbox.messages(log)} == {"amplitude"}


def test_the_same_marts_give_the_same_bytes(log, told):
    first, second = (analytics_drafts(log, told).drafts for _ in range(2))
    assert first == second


def test_a_later_rollout_takes_nothing_back_of_the_one_before(log, told):
    make(log, told)
    log.execute("update marts.fct_rollout_steps set epoch = 2, started_at = started_at + interval 9 days")
    log.execute("update marts.fct_stories set full_rollout_at = full_rollout_at + interval 9 days")
    assert make(log, told).added == 5
    assert {one.state for one in outbox.messages(log)} == {"pending"}


def test_steps_that_are_counted_otherwise_are_the_same_steps(log, told):
    make(log, told)
    sent(log)
    log.execute("update marts.fct_rollout_steps set epoch = epoch + 1, step = step + 1")
    make(log, told)
    assert sum(one.kind == "rollout_step" for one in outbox.messages(log)) == 2


def test_a_ticket_that_moved_goes_on_under_the_key_by_which_it_was_told_of(log, told):
    make(log, told)
    sent(log)
    log.execute("create schema if not exists intermediate")
    log.execute("""
        create table intermediate.int_ticket_keys as
        select 'SHOP-1' as ticket_key, 'NEW-7' as story_key, true as is_former
    """)
    for mart in ("fct_stories", "fct_rollout_steps"):
        log.execute(f"update marts.{mart} set story_key = 'NEW-7'")
    log.execute("update marts.fct_rollout_steps set story_keys = ['NEW-7']")
    assert (make(log, told).added, len(outbox.messages(log))) == (0, 5)


def test_what_a_person_rejected_is_not_made_again(log, told):
    make(log, told)
    decide(log, "SHOP-1", is_approved=False, at=SOON)
    assert (make(log, told).added, {one.state for one in outbox.messages(log)}) == (0, {"rejected"})


def test_figures_that_are_not_final_are_not_told(told):
    for case in (
        "is_mature = false",
        "answer = 'too_early'",
        "answer = 'rolled_back'",
        "as_of = timestamptz '2025-12-20 00:00:00+00'",
    ):
        shipped(told, as_of=FINAL, window_end=FINAL)
        with open_log(told, command="test", since=FINAL) as log:
            log.execute(f"update marts.fct_story_impact set {case}")
            assert [one for one in analytics_drafts(log, told).drafts if one.kind == "impact_measured"] == []


def test_that_nothing_may_be_claimed_is_told_too(told):
    shipped(told, as_of=FINAL, window_end=FINAL, evidence_grade=None, answer="not_enough_data", ratio=None)
    with open_log(told, command="test", since=FINAL) as log:
        (draft,) = [one for one in analytics_drafts(log, told).drafts if one.kind == "impact_measured"]
    assert "answer: not_enough_data\ngrade: \n" in draft.body


def test_what_is_taken_back_after_it_was_told_is_told_as_a_correction(told):
    shipped(told, as_of=FINAL, window_end=FINAL)
    with open_log(told, command="test", since=FINAL) as log:
        make(log, told)
        sent(log)
    shipped(told, as_of=FINAL, window_end=FINAL, answer="rolled_back", evidence_grade=None, ratio=None)
    with open_log(told, command="test", since=FINAL) as log:
        assert make(log, told).revised == 1
        (message,) = [one for one in outbox.messages(log) if one.kind == "impact_measured"]
    assert (message.version, message.reason) == (2, "it was rolled back")
    assert "answer: rolled_back" in message.body


def test_without_a_key_it_says_what_to_do_and_makes_nothing(log, told, monkeypatch):
    monkeypatch.delenv("STORYLINE_AMPLITUDE_KEY")
    done = analytics_drafts(log, told)
    assert (done.drafts, "STORYLINE_AMPLITUDE_KEY" in done.withheld["analytics"]) == ([], True)
    nowhere = told.model_copy(update={"sources": {}})
    assert "is connected" in analytics_drafts(log, nowhere).withheld["analytics"]


def test_only_the_kinds_that_are_asked_for_are_made(log, settings, monkeypatch, told):
    few = telling(settings, NOWHERE, analytics={"kinds": EVENTS[:1]})
    assert {one.kind for one in analytics_drafts(log, few).drafts} == {"story_shipped"}
    assert FULL + timedelta(hours=6) == SOON


@pytest.mark.parametrize("changed", [
    {"device_prefix": "a"}, {"device_prefix": "Übrig"}, {"device_shards": 0}, {"kinds": ["other"]},
    {"enabled_at": "2026-01-05T00:00:00"},
])  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(changed, settings):
    with pytest.raises(ValueError, match="analytics"):
        telling(settings, NOWHERE, analytics=changed)
