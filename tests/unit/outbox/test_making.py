"""A comment becomes one message, whatever becomes of its figures: made, revised or replaced, each with a reason."""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from pipelines.outbox.making import decide, make_messages
from pipelines.outbox.message import message_id
from pipelines.settings import Settings
from tests.unit.outbox.saying import AT, BEGUN, said, terms
from warehouse import outbox
from warehouse.outbox import Message, history, keep
from warehouse.store import open_log


@pytest.fixture
def log(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_log(settings, command="test", since=AT) as connection:
        yield connection


def only(log: duckdb.DuckDBPyConnection) -> Message:
    (message,) = outbox.messages(log)
    return message


def sent(log: duckdb.DuckDBPyConnection) -> Message:
    """The one message, as if it had been posted as comment 7."""
    message = only(log)
    assert keep(log, message, outbox.SENT, "test", AT, remote_id="7", sent_version=message.version, is_sent=True)
    return only(log)


def test_a_message_has_one_name_whatever_its_figures(log):
    first, second = said("immature"), said("grade_a")
    assert first.message_id == second.message_id
    assert first.content_hash != second.content_hash
    names = {
        message_id(*what)
        for what in (("A-1", "impact", 1, "v"), ("A-1", "impact", 2, "v"), ("A-1", "other", 1, "v"),
                     ("A-2", "impact", 1, "v"), ("A-1", "impact", 1, "w"))
    }  # fmt: skip
    assert len(names) == 5


def test_the_same_comment_made_each_night_is_one_message(log):
    made = [make_messages(log, [said()], terms()) for _ in range(3)]
    assert [one.added for one in made] == [1, 0, 0]
    assert only(log).state == outbox.PENDING
    assert history(log, only(log).message_id) == [(1, None, "pending", "its time has come")]


def test_what_waits_takes_the_newest_figures_and_keeps_what_it_said_before(log):
    make_messages(log, [said("immature")], terms())
    make_messages(log, [said("grade_a")], terms())
    message = only(log)
    assert (message.version, message.state, message.body) == (2, outbox.PENDING, said("grade_a").body)
    assert log.execute("select body from outbox.versions order by version").fetchall() == [
        (said("immature").body,),
        (said("grade_a").body,),
    ]


def test_a_comment_that_stands_is_written_anew_when_it_is_final_and_not_for_a_figure_that_barely_moves(log):
    make_messages(log, [said("immature")], terms())
    sent(log)
    make_messages(log, [said("grade_a")], terms())
    assert (only(log).version, only(log).reason, only(log).remote_id) == (2, "the figures are final", "7")
    sent(log)
    moved = said("grade_a")
    moved = replace(moved, facts=moved.facts.replace("1.0803", "1.0911"), content_hash="x")
    assert "1.0911" in moved.facts
    make_messages(log, [moved], terms())
    assert only(log).state == outbox.SENT
    make_messages(log, [moved], terms(correction_threshold=0.001))
    assert only(log).state == outbox.PENDING
    assert "was 1.08 and is 1.091" in only(log).reason


def test_what_was_rolled_back_after_its_comment_is_said_in_its_place(log):
    make_messages(log, [said("grade_a")], terms())
    sent(log)
    back = replace(said("rolled_back"), message_id=only(log).message_id)
    make_messages(log, [back], terms())
    assert (only(log).state, only(log).reason) == (outbox.PENDING, "it was rolled back")


def test_an_approved_text_stays_what_was_approved(log):
    make_messages(log, [said("grade_a")], terms())
    assert [one.story_key for one in decide(log, "SHOP-1", is_approved=True, at=AT)] == ["SHOP-1"]
    other = replace(said("grade_a"), content_hash="x", body="Other words.")
    make_messages(log, [other], terms())
    assert (only(log).state, only(log).body) == (outbox.APPROVED, said("grade_a").body)


def test_what_a_person_rejected_is_not_made_again_by_any_definition(log):
    make_messages(log, [said()], terms())
    decide(log, only(log).message_id[:8], is_approved=False, at=AT)
    make_messages(log, [said(), replace(said(), message_id="newer", definition_version="v2")], terms())
    assert (only(log).state, only(log).reason) == (outbox.REJECTED, "a person rejected it")


def test_a_newer_definition_goes_on_in_the_comment_that_stands_and_only_where_that_is_worth_it(log):
    make_messages(log, [said("grade_a")], terms())
    sent(log)
    newer = replace(said("grade_a"), message_id="newer", definition_version="v2")
    make_messages(log, [newer], terms())
    assert only(log).state == outbox.SENT
    other = replace(said("rolled_back"), message_id="newer", definition_version="v2")
    make_messages(log, [other], terms())
    old, new = sorted(outbox.messages(log), key=lambda one: one.created_at == AT and one.message_id == "newer")
    assert (old.state, old.reason) == (outbox.SUPERSEDED, "a newer definition tells it")
    assert (new.state, new.remote_id) == (outbox.PENDING, "7")


def test_a_later_rollout_takes_back_what_was_not_said_of_the_one_before(log):
    make_messages(log, [said()], terms())
    make_messages(log, [replace(said(), message_id="second", epoch=2)], terms())
    states = {one.epoch: (one.state, one.reason) for one in outbox.messages(log)}
    assert states == {1: ("superseded", "a later rollout is told of"), 2: ("pending", "its time has come")}


def test_nothing_is_made_of_what_shipped_before_unless_it_is_asked_for(log):
    early = replace(said(), shipped_at=BEGUN.replace(day=1, month=1))
    done = make_messages(log, [early], terms())
    assert "before comments were switched on" in done.withheld["SHOP-1"]
    assert outbox.messages(log) == []
    assert make_messages(log, [replace(early, is_backfill=True)], terms()).added == 1


def test_what_stands_is_corrected_though_users_had_it_before_comments_were_switched_on(log):
    make_messages(log, [said("grade_a")], terms())
    sent(log)
    back = replace(said("rolled_back"), message_id=only(log).message_id, shipped_at=BEGUN.replace(day=1, month=1))
    assert make_messages(log, [back], terms()).revised == 1


def test_a_state_is_changed_by_whoever_finds_it_as_he_read_it(log):
    make_messages(log, [said()], terms())
    message = only(log)
    assert keep(log, message, outbox.APPROVED, "first", AT)
    assert not keep(log, message, outbox.SENDING, "second", AT)
    assert (only(log).state, len(history(log, message.message_id))) == (outbox.APPROVED, 2)


def test_what_fails_half_way_makes_nothing(log):
    broken = replace(said(key="SHOP-2"), body=None)  # type: ignore[arg-type]
    with pytest.raises(duckdb.ConstraintException):
        make_messages(log, [said(), broken], terms())
    assert outbox.messages(log) == []
