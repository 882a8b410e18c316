"""Tables that follow the log's feed hold what the log holds, whatever came, in whatever order."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.events.envelope import Origin
from pipelines.events.ids import canonical_json
from pipelines.events.records import RawRecord
from warehouse import event_log, increments, results
from warehouse.connection import writer
from warehouse.event_log import Run
from warehouse.migrate import migrate
from warehouse.results import Basis
from warehouse.rows import ProjectedEvent

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
_COLUMNS = "event_id, event_type, raw_position, observed_at, mapper_version, payload"


@dataclass(frozen=True)
class Notes:
    """A made-up vendor: `notes` are entities, `sightings` are observed, and both may tell the same event."""

    source: str = "notes"
    mapper_version: int = 1

    def is_entity(self, stream: str) -> bool:
        return stream == "notes"

    def project(self, instance: str, stream: str, record_key: str, body: Any) -> Sequence[ProjectedEvent]:
        events = [
            Origin(self.source, instance).event(
                f"note.{word}", subject="note:all", occurrence=word, occurred_at=DAY, payload={"word": word}
            )
            for word in body["words"]
        ]
        return [ProjectedEvent(event, 1, canonical_json(event.payload)) for event in events]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with writer(tmp_path / "notes.duckdb") as connection:
        migrate(connection)
        yield connection


class Follower:
    """A table that does what dbt's `keyed` does with the feed."""

    def __init__(self, log: duckdb.DuckDBPyConnection) -> None:
        self.log, self.rows, self.version, self.made_anew = log, dict[str, tuple[Any, ...]](), -1, 0

    def follow(self) -> None:
        found = self.log.execute(
            "select version, feed_from from increments.tables where name = 'current_events'"
        ).fetchall()
        version, feed_from = found[0]
        if self.version < feed_from:
            self.made_anew += 1
            self.rows = held(self.log)
        else:
            told = self.log.execute(
                f"select is_current, {_COLUMNS} from increments.current_events where version > ? order by version",
                [self.version],
            ).fetchall()
            for is_current, *row in told:
                self.rows.pop(row[0], None)
                if is_current:
                    self.rows[row[0]] = tuple(row)
        self.version = version


def held(log: duckdb.DuckDBPyConnection) -> dict[str, tuple[Any, ...]]:
    """The current events, as the log itself tells them."""
    found = log.execute(f"select {_COLUMNS} from log.current_events").fetchall()
    return {row[0]: row for row in found}


def delivered(dice: random.Random) -> list[RawRecord]:
    """A few records of a few keys: of any age, doubled, some without a time of their own, some told twice over."""
    found = [
        RawRecord(
            dice.choice(("site", "other")),
            dice.choice(("notes", "notes", "sightings")),
            dice.choice("abc"),
            {"words": dice.sample(("said", "heard", "seen", "kept"), dice.randint(0, 3))},
            dice.choice((None, DAY + timedelta(hours=dice.randint(0, 5)))),
        )
        for _ in range(dice.randint(0, 4))
    ]
    return found + dice.choices(found, k=dice.randint(0, 2)) if found else found


def take_in(log: duckdb.DuckDBPyConnection, records: list[RawRecord], step: int, notes: Notes | None = None) -> None:
    at = DAY + timedelta(days=step)
    event_log.append(log, notes or Notes(), records, observed_at=at, run=Run(command="replay", as_of=at))


@pytest.mark.parametrize("seed", range(6))
def test_a_table_that_follows_holds_what_the_log_holds_whatever_came(log, seed):
    dice = random.Random(seed)
    always, sometimes = Follower(log), Follower(log)
    for step in range(25):
        take_in(log, delivered(dice), step)
        increments.follow(log, "models")
        always.follow()
        assert always.rows == held(log), step
        if dice.random() < 0.2:
            sometimes.follow()
            assert sometimes.rows == held(log), step
    assert always.made_anew == 1
    assert len(always.rows) > 1


def test_who_missed_more_than_the_feed_keeps_is_made_anew(log):
    sleeper, dice = Follower(log), random.Random(1)
    increments.follow(log, "models")
    sleeper.follow()
    for step in range(25):
        take_in(log, delivered(dice), step)
        increments.follow(log, "models")
    sleeper.follow()
    assert sleeper.made_anew == 2
    assert sleeper.rows == held(log)


def test_after_a_changed_mapper_all_is_made_anew(log):
    class Shouting(Notes):
        def project(self, instance, stream, record_key, body):
            told = super().project(instance, stream, record_key, body)
            return [replace(one, payload='{"word":"LOUD"}') for one in told]

    follower = Follower(log)
    take_in(log, [RawRecord("site", "notes", "a", {"words": ["said"]}, DAY)], 0)
    increments.follow(log, "models")
    follower.follow()
    event_log.project_again(log, Shouting(mapper_version=2))
    increments.follow(log, "models")
    follower.follow()
    assert (follower.made_anew, follower.rows) == (2, held(log))
    assert [row[-1] for row in follower.rows.values()] == ['{"word":"LOUD"}']


def test_a_source_that_told_nothing_before_makes_nothing_anew(log):
    follower = Follower(log)
    for step, source in enumerate(("notes", "diaries", "letters")):
        take_in(log, [RawRecord("site", "notes", "a", {"words": ["said"]}, DAY)], step, Notes(source))
        increments.follow(log, "models")
        follower.follow()
    assert (follower.made_anew, follower.rows) == (1, held(log))
    assert len(follower.rows) == 3


def test_after_a_changed_model_or_setting_all_is_made_anew(log):
    follower = Follower(log)
    for models in ("models", "models", "others"):
        increments.follow(log, models)
        follower.follow()
    assert follower.made_anew == 2


def ended(log: duckdb.DuckDBPyConnection, *, is_partial: bool = False, error: str | None = None) -> None:
    """End a transform as `run_dbt` does."""
    number = results.begin_transform(log, as_of=DAY, is_partial=is_partial, basis=Basis("models", "log"))
    results.end_transform(log, number, error=error)
    if error is None and not is_partial:
        increments.settle(log, number)


def families(log: duckdb.DuckDBPyConnection) -> set[str] | None:
    increments.follow(log, "models")
    return increments.touched(log, "log.current_events")


def test_only_the_families_of_what_came_or_went_are_touched(log):
    take_in(log, [RawRecord("site", "notes", "a", {"words": ["said"]}, DAY)], 0)
    increments.follow(log, "models")
    for word in ("said", "heard"):
        code = f"select * from log.current_events where event_type = 'note.{word}'"
        log.execute("insert into increments.tables values (?, 1, 1, ?, '')", [f"stg_{word}", code])
    assert families(log) is None
    ended(log)
    assert families(log) == set()
    take_in(log, [RawRecord("site", "notes", "b", {"words": ["heard"]}, DAY)], 1)
    assert families(log) == {"stg_heard"}
    ended(log)
    take_in(log, [RawRecord("site", "notes", "a", {"words": []}, DAY + timedelta(hours=1))], 2)
    assert families(log) == {"stg_said"}


@pytest.mark.parametrize("how", [{"is_partial": True}, {"error": "it broke"}])
def test_after_a_part_or_a_failure_nothing_can_be_said_to_be_untouched(log, how):
    assert families(log) is None
    ended(log)
    assert families(log) == set()
    ended(log, **how)
    assert families(log) is None
