"""Alerts over real HTTP: each change arrives once, whatever breaks, and what cannot arrive is told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pipelines.alerts import Alerted, message, send_alerts
from pipelines.settings import NetworkSettings, Settings
from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.verdicts import record_verdicts
from tests.unit.health import SINCE, STEP, tell
from warehouse.event_log import Run, record_run
from warehouse.store import open_log
from warehouse.verdicts import SENDING, Due, due, mark


class Chat:
    """A chat's webhook: it takes what it gets, unless it is told to answer otherwise."""

    def __init__(self) -> None:
        self.answers: list[Reply] = []
        self.site = Loopback(self.routes)

    def routes(self, _request: Request) -> Reply:
        return self.answers.pop(0) if self.answers else Reply(content=b"ok", wrote="a message")

    @property
    def texts(self) -> list[str]:
        return [request.json()["text"] for request in self.site.requests]


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    chat = Chat()
    with chat.site:
        monkeypatch.setenv("STORYLINE_ALERT_WEBHOOK", f"{chat.site.url}/services/T0/B0/secret")
        yield chat


def night(settings: Settings, number: int, *steps: dict[str, Any]) -> None:
    """What the marts say after so many nights."""
    as_of = SINCE + timedelta(days=number)
    with open_log(settings, command="test", since=as_of) as connection:
        record_run(connection, Run(command="nightly", as_of=as_of))
        tell(connection, *({"window_ended_at": as_of - timedelta(hours=1), **step} for step in steps))
        record_verdicts(connection, as_of)


def sent(settings: Settings) -> Alerted:
    return send_alerts(settings, sleep=lambda _seconds: None)


def test_each_change_for_the_worse_and_back_is_sent_once(settings, chat):
    for number, verdict in enumerate(("ok", "pause", "pause", "roll_back", "ok", "too_early", "ok")):
        night(settings, number, {"verdict": verdict})
        sent(settings)
        assert sent(settings).sent == 0
    assert [text.partition(":")[0] for text in chat.texts] == ["Pause", "Roll back", "Well again"]
    assert chat.site.written == {"a message": 3}


def test_without_a_webhook_nothing_is_sent_and_nothing_is_marked(settings, chat, monkeypatch):
    monkeypatch.delenv("STORYLINE_ALERT_WEBHOOK")
    night(settings, 0, {"verdict": "pause"})
    assert sent(settings) == Alerted()
    monkeypatch.setenv("STORYLINE_ALERT_WEBHOOK", chat.site.url)
    assert sent(settings).sent == 1


def test_a_history_that_is_taken_in_at_once_alarms_nobody(settings, chat):
    ago = SINCE - timedelta(days=90)
    night(
        settings,
        0,
        {"verdict": "roll_back", "window_ended_at": ago, "ended_at": ago},
        {"verdict": "roll_back", "step": 4, "window_ended_at": None, "ended_at": ago},
        {"verdict": "roll_back", "step": 5, "window_ended_at": None, "ended_at": None},
    )
    assert sent(settings).sent == 1
    assert "step 5" in chat.texts[0]


def test_a_chat_that_is_away_gets_it_in_the_next_night_and_only_while_it_is_fresh(settings, chat):
    chat.answers = [Reply(503)] * 3 + [Reply(404)]
    night(settings, 0, {"verdict": "pause"}, {"verdict": "pause", "step": 4})
    first = sent(settings)
    assert (first.sent, len(first.troubles), len(chat.site.requests)) == (0, 1, 3)
    assert "was not sent: the webhook answers 503" in first.troubles[0]
    assert sent(settings).troubles[0].endswith("the webhook answers 404; check STORYLINE_ALERT_WEBHOOK.")
    assert sent(settings) == Alerted(2)
    chat.answers = [Reply(503)] * 3
    night(settings, 1, {"verdict": "roll_back"}, {"verdict": "pause", "step": 4})
    assert sent(settings).sent == 0
    night(settings, 4, {"verdict": "roll_back"}, {"verdict": "pause", "step": 4})
    assert sent(settings) == Alerted(0)


def test_a_limit_is_waited_for_within_bounds(settings, chat):
    chat.answers = [Reply(429, headers={"Retry-After": "7"}), Reply(429, headers={"Retry-After": "9999"})]
    night(settings, 0, {"verdict": "pause"})
    waited: list[float] = []
    assert send_alerts(settings, sleep=waited.append).sent == 1
    assert waited == [7.0, 15.0]


def test_an_alert_whose_answer_is_lost_is_told_and_not_sent_again(settings, chat):
    chat.site.faults.next("drop")
    night(settings, 0, {"verdict": "pause"})
    done = sent(settings)
    assert "may not have arrived and is not sent again" in done.troubles[0]
    assert (sent(settings), len(chat.site.requests)) == (Alerted(0), 1)


def test_a_run_that_was_killed_while_it_sent_does_not_send_again(settings, chat):
    night(settings, 0, {"verdict": "pause"})
    with open_log(settings, command="test", since=SINCE) as connection:
        (one,) = due(connection, SINCE, timedelta(hours=48))
        mark(connection, one, SENDING, SINCE)
    assert "the run was killed" in sent(settings).troubles[0]
    assert (sent(settings), chat.site.requests) == (Alerted(0), [])


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/T0/secret", "no address", "ftp://x.example/secret"])
def test_an_address_that_cannot_be_asked_is_told_without_the_secret(settings, monkeypatch, address):
    monkeypatch.setenv("STORYLINE_ALERT_WEBHOOK", address)
    night(settings, 0, {"verdict": "pause"})
    done = sent(settings)
    assert "cannot be reached" in done.troubles[0]
    assert "secret" not in done.troubles[0]


def test_a_proxy_that_is_none_is_told(settings, chat):
    night(settings, 0, {"verdict": "pause"})
    done = sent(settings.model_copy(update={"network": NetworkSettings(proxy="nonsense://x")}))
    assert (done.sent, "network.proxy" in done.troubles[0]) == (0, True)


def test_a_message_mentions_nobody_and_formats_nothing_that_others_wrote(settings, chat):
    change = {
        **STEP, "flag_key": "<!channel> & *new_export* @here", "verdict": "roll_back", "previous_verdict": "ok",
        "change_number": 2, "reason": "line\none > two " + "x" * 5000,
    }  # fmt: skip
    told = message(change)
    text = json.dumps(told, ensure_ascii=False)
    assert "<!" not in text
    assert "&lt;!channel&gt; &amp; " in text
    assert "@h" not in text
    assert "line one &gt; two" in text
    assert "new_export" in text
    for block in told["blocks"]:
        for part in [block["text"]] if "text" in block else block["elements"]:
            assert (part["type"], part["verbatim"], len(part["text"]) < 3000) == ("mrkdwn", True, True)


def test_a_mark_counts_how_often_it_was_tried(settings):
    night(settings, 0, {"verdict": "pause"})
    with open_log(settings, command="test", since=SINCE) as connection:
        mark(connection, Due("e", "{}", 2), "failed", SINCE, "away")
        assert connection.execute("select attempts, state from log.alerts").fetchall() == [(3, "failed")]
