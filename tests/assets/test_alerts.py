"""The alert hook as the night runs it: what arrives, what a person reads, and that a chat gone away fails nothing."""

from datetime import timedelta

import dagster as dg
import pytest

from pipelines.assets.alerts import ALERTS, alerts_asset
from pipelines.assets.line import line
from pipelines.assets.nightly import alerted
from pipelines.progress import unheard, unwatched
from pipelines.settings import Settings
from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.verdicts import record_verdicts
from tests.unit.health import SINCE, tell
from warehouse.event_log import Run, record_run
from warehouse.store import open_log


@pytest.fixture
def paused(settings: Settings) -> Settings:
    """A home whose log tells of one rollout that should pause."""
    with open_log(settings, command="test", since=SINCE) as connection:
        record_run(connection, Run(command="nightly", as_of=SINCE))
        tell(connection, {"verdict": "pause", "window_ended_at": SINCE - timedelta(hours=1)})
        record_verdicts(connection, SINCE)
    return settings


def told(settings: Settings) -> list[str]:
    """Run the step and return what the night says of it."""
    resources = {"line": line(settings, unwatched, unheard)}
    result = dg.materialize([alerts_asset([])], resources=resources)
    assert result.success
    (event,) = result.get_asset_materialization_events()
    assert event.asset_key == ALERTS
    metadata = event.step_materialization_data.materialization.metadata
    return list(alerted({name: value.value for name, value in metadata.items()}))


def test_the_night_sends_what_is_due_once_and_says_so(paused, monkeypatch):
    with Loopback(lambda _request: Reply(content=b"ok")) as chat:
        monkeypatch.setenv("STORYLINE_ALERT_WEBHOOK", f"{chat.url}/T0")
        assert told(paused) == ["1 alert about a rollout was sent."]
        assert told(paused) == []
        assert chat.count("/T0") == 1


def test_a_chat_that_refuses_is_told_and_fails_nothing(paused, monkeypatch):
    def gone(_request: Request) -> Reply:
        return Reply(410)

    with Loopback(gone) as chat:
        monkeypatch.setenv("STORYLINE_ALERT_WEBHOOK", f"{chat.url}/T0/secret")
        (sentence,) = told(paused)
    assert sentence == (
        "An alert about a rollout was not sent: the webhook answers 410; check STORYLINE_ALERT_WEBHOOK."
    )
