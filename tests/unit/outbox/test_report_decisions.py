"""What is decided in the report is decided as by the command, of the text that was seen, and sends nothing."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from pipelines.outbox.making import make_messages
from pipelines.report_decisions import Decision, Waiting, decide, reason_to_wait
from pipelines.settings import Settings
from pipelines.writeback_settings import Writeback
from tests.conftest import ROOT
from tests.contracts.outbox_sites import messages, states
from tests.unit.outbox.saying import AT, BEGUN, said, terms
from warehouse import outbox
from warehouse.outbox import Message
from warehouse.store import open_log

HOLDS = """
import sys, time
from pathlib import Path
from pipelines.clock import now
from warehouse.lock import exclusive
with exclusive(Path(sys.argv[1]), command="storyline nightly", since=now()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def allowed(settings: Settings) -> Settings:
    """A home with a message that waits, whose report may decide."""
    with open_log(settings, command="test", since=AT) as log:
        make_messages(log, [said()], terms("approve"))
    return settings.model_copy(update={"writeback": Writeback(mode="approve", approve_in_report=True)})


@pytest.fixture
def message(allowed: Settings) -> Message:
    (message,) = messages(allowed)
    return message


@pytest.fixture
def night(allowed: Settings) -> Iterator[None]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDS, str(allowed.lock)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize(("is_approved", "what"), [(True, "approved"), (False, "rejected")])
def test_a_decision_is_kept_with_where_it_was_made_and_told_as_it_stands(is_approved, what, allowed, message):
    done = decide(allowed, message.message_id, 1, is_approved=is_approved)
    assert done.is_done
    assert done.sentence.startswith(f"SHOP-1: message {message.message_id[:12]} is {what}")
    assert states(allowed) == [(what, f"a person {what} it in the report")]
    assert done.past is not None
    assert [change.to_state for change in done.past.changes] == ["pending", what]
    assert [text.body for text in done.past.texts] == [message.body]


def test_where_the_settings_do_not_allow_it_nothing_is_decided(allowed, message):
    refusing = allowed.model_copy(update={"writeback": Writeback(mode="approve")})
    done = decide(refusing, message.message_id, 1, is_approved=True)
    assert done == Decision(False, "This report is not allowed to decide: set `writeback.approve_in_report`.", None)
    assert states(allowed)[0][0] == "pending"


def test_while_the_night_runs_one_sentence_says_so_and_nothing_changes(allowed, message, night):
    done = decide(allowed, message.message_id, 1, is_approved=True)
    assert not done.is_done
    assert done.sentence.startswith("Nothing was changed: `storyline nightly` (process ")
    assert done.sentence.endswith(" is writing; wait until it ends and try again.")


def test_a_text_that_came_after_the_page_was_made_is_not_approved_unread(allowed, message):
    with open_log(allowed, command="test", since=AT) as log:
        make_messages(log, [said("immature")], terms("approve"))
    done = decide(allowed, message.message_id, 1, is_approved=True)
    assert not done.is_done
    assert "has a newer text than the one that was shown" in done.sentence
    assert states(allowed)[0][0] == "pending"
    assert done.past is not None
    assert done.past.message.body == said("immature").body
    assert decide(allowed, message.message_id, 2, is_approved=True).is_done


def test_a_second_click_changes_nothing_and_says_why(allowed, message):
    decide(allowed, message.message_id, 1, is_approved=True)
    again = decide(allowed, message.message_id, 1, is_approved=True)
    assert not again.is_done
    assert "it is approved already (a person approved it in the report)" in again.sentence
    assert again.past is not None
    assert len(again.past.changes) == 2
    # Before it is sent, one may think better of it.
    assert decide(allowed, message.message_id, 1, is_approved=False).is_done


def test_what_stands_on_its_ticket_is_not_decided_on_any_more(allowed, message):
    with open_log(allowed, command="test", since=AT) as log:
        outbox.keep(log, message, outbox.SENT, "it was posted", AT, remote_id="7", sent_version=1, is_sent=True)
    done = decide(allowed, message.message_id, 1, is_approved=False)
    assert not done.is_done
    assert done.sentence == "SHOP-1: nothing was changed, it is sent (it was posted)."


def test_what_failed_is_tried_again_when_a_person_asks_for_it(allowed, message):
    with open_log(allowed, command="test", since=AT) as log:
        outbox.keep(log, message, outbox.FAILED, "the vendor refuses it", AT, error="no right")
    assert decide(allowed, message.message_id, 1, is_approved=True).is_done
    (now,) = messages(allowed)
    assert (now.state, now.error) == ("approved", None)


def test_two_readers_who_click_at_once_decide_once(allowed, message):
    """The lock lets its own process in again: two threads of one report once wrote at the same time."""
    done: list[Decision] = []
    clicks = [
        Thread(target=lambda: done.append(decide(allowed, message.message_id, 1, is_approved=True))) for _ in range(4)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(one.is_done for one in done) == [False, False, False, True]
    with open_log(allowed, command="test", since=AT) as log:
        assert len(outbox.history(log, message.message_id)) == 2


@pytest.mark.parametrize(
    ("changed", "state", "why"),
    [
        ({}, "pending", "it waits for `storyline writeback --approve 0123456789ab`"),
        ({"mode": "dry_run"}, "approved", "the mode is dry_run"),
        ({"mode": "auto"}, "pending", None),
        ({}, "approved", None),
        ({}, "failed", "it failed; `storyline writeback --approve 0123456789ab` tries it again"),
        ({"excluded_projects": ["SHOP"]}, "approved", "SHOP is one of writeback.excluded_projects"),
    ],
)
def test_a_published_message_waits_for_what_the_command_says(changed, state, why, settings):
    told = Writeback.model_validate({"mode": "approve", **changed})
    waiting = Waiting("0123456789abcdef", "impact", state, None, "SHOP", BEGUN + timedelta(days=1), False)
    settings = settings.model_copy(update={"writeback": told})
    assert reason_to_wait(settings, waiting, {"on": BEGUN, "dry_run": BEGUN}) == why
    if why is None:
        early = replace(waiting, shipped_at=BEGUN - timedelta(days=1))
        assert "before comments were switched on" in str(reason_to_wait(settings, early, {"on": BEGUN}))
