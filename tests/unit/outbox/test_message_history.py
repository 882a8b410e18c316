"""What became of a message is told in words and times: each change, and each text as a difference to the one before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.message_history import history
from pipelines.outbox.making import make_messages
from pipelines.settings import Settings
from pipelines.writeback import Asked, approve, send
from tests.contracts.outbox_sites import Site, jira_site, messages
from tests.unit.outbox.homes import plant, reaching, telling
from tests.unit.outbox.saying import AT, said, terms
from tests.unit.summaries.told import FIRST
from warehouse import outbox
from warehouse.store import open_log


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    with jira_site() as site:
        yield site


def test_a_message_that_was_approved_sent_and_corrected_is_told_from_its_first_day_on(site, settings):
    told = reaching(settings.home, "approve", site.site.url, site.store.site)
    for marts in (telling(site.ticket, FIRST, is_mature=False), telling(site.ticket)):
        plant(told, marts, instance=site.store.site)
        send(told, Asked())
        approve(told, [site.ticket], is_approved=True)
        send(told, Asked())
    lines = list(history(told, [site.ticket]))
    (message,) = messages(told)
    assert lines[0] == (
        f"{site.ticket}: impact on jira {site.ticket} ({site.store.site}), message {message.message_id[:12]}: sent; "
        f"it is {message.remote_id} there, with text 2 since {message.sent_at:%Y-%m-%d %H:%M}."
    )
    steps = [line[20:].partition("  (")[0] for line in lines if line.startswith("  2")]
    assert steps == [
        "made: its time has come", "pending to approved: a person approved it", "approved to sending: it is due",
        "sending to sent: it was posted", "sent to pending: the figures are final",
        "pending to approved: a person approved it", "approved to sending: it is due",
        "sending to sent: it was written anew in its place",
    ]  # fmt: skip
    first, second = (number for number, line in enumerate(lines) if line.startswith("      text "))
    assert lines[first] == "      text 1, worded by template, figures not final yet:"
    assert lines[first + 1] == "        Shipped to 100 % on 15 Dec 2025."
    assert lines[second] == "      text 2, worded by template, final figures:"
    assert "        -Not final: figures are final from 22 Jan 2026 on." in lines[second:]
    assert "        Shipped to 100 % on 15 Dec 2025." not in lines[second:]


def test_a_message_is_found_by_the_begin_of_its_id_and_what_failed_tells_its_error(settings: Settings):
    with open_log(settings, command="test", since=AT) as log:
        make_messages(log, [said()], terms())
        (message,) = outbox.messages(log)
        outbox.keep(log, message, outbox.FAILED, "the vendor refuses it", AT + timedelta(hours=3), error="no right")
    lines = list(history(settings, [message.message_id[:8]]))
    assert lines[-1] == "  last error: no right"
    assert any(line.endswith("pending to failed: the vendor refuses it  (3.0 h later)") for line in lines)
    assert "nothing of it stands there yet" in lines[0]


def test_a_text_that_would_steer_a_terminal_is_told_and_not_obeyed(settings: Settings):
    with open_log(settings, command="test", since=AT) as log:
        make_messages(log, [replace(said(), body="a\x1b[2Jb\u202ec <b>x</b>")], terms())
    assert "        a [2Jb c <b>x</b>" in list(history(settings, ["SHOP-1"]))


@pytest.mark.parametrize("name", ["SHOP-999", "1234567"])
def test_what_nobody_knows_is_said_with_what_to_do(name: str, settings: Settings):
    with pytest.raises(
        LookupError, match=f"there is no message of '{name}'; `storyline writeback` shows what there is"
    ):
        list(history(settings, [name]))
