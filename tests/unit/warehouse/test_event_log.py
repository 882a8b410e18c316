"""The log keeps what a vendor said, once a version, and its newest version rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.events.envelope import Event, Origin
from pipelines.events.ids import canonical_json
from pipelines.events.records import BadRecord, RawRecord
from warehouse import event_log
from warehouse.connection import writer
from warehouse.event_log import Checkpoint, Run
from warehouse.migrate import migrate
from warehouse.rows import ProjectedEvent

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Notes:
    """A made-up vendor: `issues` are entities, `audit` is observed."""

    source: str = "notes"
    mapper_version: int = 1

    def is_entity(self, stream: str) -> bool:
        return stream == "issues"

    def project(self, instance: str, stream: str, record_key: str, body: Any) -> Sequence[ProjectedEvent]:
        if "words" not in body:
            raise ValueError("it has no words")
        return [
            ProjectedEvent(event, 1, canonical_json(event.payload))
            for event in self._events(instance, record_key, body)
        ]

    def _events(self, instance: str, record_key: str, body: Any) -> Iterator[Event]:
        for word in body["words"]:
            yield Origin(self.source, instance).event(
                "note.said",
                subject=f"note:{record_key}",
                occurrence=word,
                occurred_at=DAY,
                payload={"word": word},
            )


@pytest.fixture
def log(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with writer(tmp_path / "notes.duckdb") as connection:
        migrate(connection)
        yield connection


def said(*words: str, day: int | None = 0, key: str = "1", stream: str = "issues") -> RawRecord:
    version = None if day is None else DAY + timedelta(days=day)
    return RawRecord("site", stream, key, {"words": list(words)}, version)


def append(
    log: duckdb.DuckDBPyConnection, *records: RawRecord | BadRecord, at: int = 0, **more: Any
) -> event_log.Appended:
    moment = DAY + timedelta(hours=at)
    projection = more.pop("projection", Notes())
    return event_log.append(log, projection, records, observed_at=moment, run=Run("replay", moment, "notes"), **more)


def current_words(log: duckdb.DuckDBPyConnection) -> list[str]:
    found = log.execute("select payload ->> 'word' from log.current_events order by 1").fetchall()
    return [row[0] for row in found]


def count(log: duckdb.DuckDBPyConnection, table: str) -> int:
    return log.execute(f"select count(*) from {table}").fetchone()[0]


def test_the_same_record_again_appends_nothing(log):
    append(log, said("a"), said("b", key="2"))
    again = append(log, said("a"), said("b", key="2"), at=1)
    assert (again.new_records, again.new_events) == (0, 0)
    assert count(log, "log.raw_records") == 2
    assert count(log, "log.events") == 2


def test_a_record_that_changes_and_changes_back_has_three_versions(log):
    for hour, word in enumerate("aba"):
        append(log, said(word, day=None), at=hour)
    assert count(log, "log.raw_records") == 3
    assert current_words(log) == ["a"]


def test_three_versions_at_one_vendor_time_are_three(log):
    for hour, word in enumerate("aba"):
        append(log, said(word), at=hour)
    assert count(log, "log.raw_records") == 3
    assert current_words(log) == ["a"]


def test_an_old_recording_after_a_newer_one_changes_nothing(log):
    append(log, said("old", day=0))
    append(log, said("new", day=1), at=1)
    late = append(log, said("old", day=0), at=2)
    assert late.new_records == 0
    assert current_words(log) == ["new"]


def test_an_old_version_never_seen_before_is_kept_as_history_only(log):
    append(log, said("new", day=1))
    assert append(log, said("older", day=0), at=1).new_records == 1
    assert append(log, said("older", day=0), at=2).new_records == 0
    assert current_words(log) == ["new"]


def test_a_version_seen_again_later_outlives_what_lay_between(log):
    # A comment was on the list on day 1 and gone again on day 2; the recording of day 1 arrives last.
    append(log, said("a", day=0))
    assert append(log, said("a", day=2), at=1).new_records == 0
    append(log, said("a", "deleted", day=1), at=2)
    assert current_words(log) == ["a"]


def test_doubled_and_reordered_delivery_in_one_batch_is_as_one_clean_delivery(log):
    append(log, said("new", day=1), said("old", day=0), said("new", day=1), said("old", day=0))
    assert count(log, "log.raw_records") == 2
    assert current_words(log) == ["new"]
    assert append(log, said("old", day=0), said("new", day=1), at=1).new_records == 0


def test_observations_stay_for_ever_and_come_once(log):
    append(log, said("a", stream="audit", day=None))
    append(log, said("b", stream="audit", day=None), at=1)
    append(log, said("a", stream="audit", day=None), said("b", stream="audit", day=None), at=2)
    assert count(log, "log.raw_records") == 2
    assert current_words(log) == ["a", "b"]


def test_what_cannot_be_mapped_goes_to_quarantine_and_the_rest_goes_on(log):
    bad = RawRecord("site", "issues", "bad", {"nothing": True}, DAY)
    torn = BadRecord("site", "issues", "line 3", "line 3: is not JSON", "{")
    done = append(log, bad, said("a"), torn)
    assert (done.quarantined, done.new_events) == (2, 1)
    again = append(log, bad, said("a"), torn, at=1)
    assert again.quarantined == 0
    reasons = log.execute("select reason from log.quarantine order by 1").fetchall()
    assert reasons == [("it has no words",), ("line 3: is not JSON",)]


def test_a_body_that_no_database_can_keep_is_quarantined(log):
    done = append(log, RawRecord("site", "issues", "1", {"words": ["a"], "x": float("nan")}), said("b", key="2"))
    assert (done.quarantined, done.new_records) == (1, 1)


def test_half_a_surrogate_and_a_zero_byte_survive(log):
    append(log, said("a\ud800b", "c\x00d"))
    assert count(log, "log.current_events") == 2


def test_a_better_mapper_frees_what_was_in_quarantine(log):
    class Better(Notes):
        def project(self, instance, stream, record_key, body):
            return super().project(instance, stream, record_key, {"words": ["found"], **body})

    append(log, RawRecord("site", "issues", "bad", {"nothing": True}, DAY), said("a"))
    better = Better(mapper_version=2)
    assert event_log.needs_projection(log, better)
    event_log.project_again(log, better)
    assert current_words(log) == ["a", "found"]
    assert count(log, "log.quarantine") == 0
    assert not event_log.needs_projection(log, better)


def test_checkpoints_move_with_the_append_or_not_at_all(log):
    append(log, said("a"), checkpoints=[Checkpoint("site", "issues", {"after": 1})])

    def torn() -> Iterator[RawRecord]:
        yield said("b", key="2")
        raise OSError("the connection was cut")

    with pytest.raises(OSError, match="cut"):
        event_log.append(
            log,
            Notes(),
            torn(),
            observed_at=DAY,
            run=Run("ingest", DAY),
            checkpoints=[Checkpoint("site", "issues", 2)],
        )
    assert event_log.read_checkpoint(log, "notes", "site", "issues") == '{"after":1}'
    assert current_words(log) == ["a"]
    assert count(log, "log.runs") == 1


def test_a_fact_told_by_two_records_is_one_event(log):
    append(log, said("a", stream="audit"), said("a"))
    assert count(log, "log.events") == 2
    assert current_words(log) == ["a"]


def test_a_fact_told_twice_by_one_record_is_as_it_was_told_first(log):
    class Twice(Notes):
        def project(self, instance, stream, record_key, body):
            (told,) = super().project(instance, stream, record_key, body)
            return [told, replace(told, payload='{"word":"b"}')]

    append(log, said("a"), projection=Twice())
    assert count(log, "log.events") == 1
    assert current_words(log) == ["a"]
