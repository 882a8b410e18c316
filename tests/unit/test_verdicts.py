"""Verdicts come into the log as events of our own: once for each change, and as news to nobody's marts."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.export import export_events
from pipelines.settings import Settings
from pipelines.sources.cloudevents import SOURCE as CLOUDEVENTS
from pipelines.verdicts import record_verdicts
from tests.unit.health import SINCE, tell
from warehouse import results
from warehouse.store import open_log


@pytest.fixture
def log(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_log(settings, command="test", since=SINCE) as connection:
        yield connection


def night(log: duckdb.DuckDBPyConnection, number: int, verdict: str, **more: object) -> int:
    tell(log, {"verdict": verdict, **more})
    return record_verdicts(log, SINCE + timedelta(days=number))


def told(log: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    found = log.execute("select payload from log.current_events order by occurred_at, event_id").fetchall()
    payloads = [json.loads(one) for (one,) in found]
    return [(one["previous_verdict"], one["verdict"], one["change_number"]) for one in payloads]


def test_each_change_is_an_event_and_a_verdict_that_stands_is_none(log):
    counts = [night(log, number, one) for number, one in enumerate(("ok", "ok", "pause", "pause", "ok", "pause"))]
    assert counts == [1, 0, 1, 0, 1, 1]
    assert told(log) == [("too_early", "ok", 1), ("ok", "pause", 2), ("pause", "ok", 3), ("ok", "pause", 4)]
    assert log.execute("select count(distinct event_id) from log.events").fetchall() == [(4,)]


def test_what_is_too_early_to_tell_is_no_verdict_until_one_was_reached(log):
    assert [night(log, number, one) for number, one in enumerate(("too_early", "ok", "too_early"))] == [0, 1, 1]
    assert told(log) == [("too_early", "ok", 1), ("ok", "too_early", 2)]


def test_a_reason_or_a_figure_that_moves_is_no_change(log):
    assert night(log, 0, "ok") == 1
    assert night(log, 1, "ok", reason="4 of 8,000 requests failed.", n_treated=8000) == 0


def test_verdicts_are_no_news_to_the_marts_that_they_are_concluded_from(log):
    before = results.log_digest(log)
    assert night(log, 0, "roll_back") == 1
    assert results.log_digest(log) == before


def test_the_same_log_and_marts_give_the_same_events(log, tmp_path):
    night(log, 0, "roll_back")
    other = Settings(home=tmp_path / "other")
    question = "select event_id, subject, occurred_at, payload from log.events"
    with open_log(other, command="test", since=SINCE) as again:
        night(again, 0, "roll_back")
        assert again.execute(question).fetchall() == log.execute(question).fetchall()


def test_a_project_without_that_mart_concludes_nothing(log):
    assert record_verdicts(log, SINCE) == 0


def test_an_exported_verdict_is_read_back_as_the_same_event(log, tmp_path: Path):
    night(log, 0, "roll_back")
    export_events(log, tmp_path / "all.ndjson")
    (record,) = CLOUDEVENTS.read_recording(tmp_path / "all.ndjson")
    (event,) = CLOUDEVENTS.to_events(record.instance, record.stream, record.record_key, record.body)
    assert (event.event_id,) == log.execute("select event_id from log.events").fetchall()[0]
    assert event.event_type == "rollout.verdict_reached"
