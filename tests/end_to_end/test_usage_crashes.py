"""Product events with planted truth: doubled, late and exported again, and the process killed at any moment."""

import random
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.sources.amplitude.server import serve
from pipelines.sources.loopback import Loopback
from tests.conftest import ROOT, command_line, environment
from tests.contracts.played_amplitude import HOUR, event, project
from warehouse.connection import reader

KILLS = 15
FIRST = datetime(2026, 3, 29, tzinfo=UTC)
LIMIT = datetime(2026, 3, 31, 3, tzinfo=UTC)
_HELD = (
    "select * from log.usage_events order by all",
    "select source, instance, covers_from, covers_until, rows from log.segments order by all",
    "select source, instance, hour, digest, rows_read, rows_kept from log.usage_hours order by all",
    "select event_type, subject, occurred_at, payload from log.current_events order by all",
)


def planted(store: Any) -> int:
    """Put events in, some of them twice in one hour and some again hours later; return how many there really are."""
    chance, number, before = random.Random(3), 0, list[int]()
    hour = FIRST
    while hour < LIMIT:
        new = list(range(number, number + chance.randrange(20, 60)))
        number += len(new)
        doubled = chance.sample(new, 5) + (chance.sample(before, 5) if before else [])
        store.put(hour, [event(one, hour) for one in [*new, *doubled]])
        before, hour = new, hour + HOUR
    return number


def ingest(home: Path, site: Loopback, as_of: datetime) -> "subprocess.Popen[bytes]":
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "storyline.toml").write_text(
        f'[sources.amplitude]\nurl = "{site.url}"\nprojects = ["187520"]\nbegins_on = 2026-03-29\n'
    )
    keys = {"STORYLINE_AMPLITUDE_KEY": "an-api-key", "STORYLINE_AMPLITUDE_SECRET": "a-secret-key"}
    return subprocess.Popen(
        command_line("ingest", "amplitude", "--as-of", as_of.isoformat()),
        cwd=ROOT,
        env=environment(home) | keys,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def held(home: Path) -> list[list[tuple[Any, ...]]]:
    with reader(Settings(home=home).database) as connection:
        return [connection.execute(query).fetchall() for query in _HELD]


def is_begun(home: Path) -> bool:
    """Whether a killed process came as far as to make its tables."""
    if not Settings(home=home).database.exists():
        return False
    with reader(Settings(home=home).database) as connection:
        found = connection.execute("select count(*) from duckdb_views() where view_name = 'usage_events'").fetchall()
    return bool(found[0][0])


def finished(run: "subprocess.Popen[bytes]") -> str:
    said = run.communicate(timeout=240)[0].decode()
    assert run.returncode == 0, said
    return said


def test_the_count_is_the_planted_one_though_events_are_doubled_late_and_exported_again(home):
    store = project(files_per_hour=2)
    truth = planted(store)
    with serve(store) as site:
        finished(ingest(home, site, LIMIT + 3 * HOUR))
        assert len(held(home)[0]) == truth
        # What came late belongs to the tail, and half of it is known already.
        late = LIMIT - 2 * HOUR
        store.put(late, [event(number, late) for number in (*range(5), *range(truth, truth + 7))])
        said = finished(ingest(home, site, LIMIT + 4 * HOUR))
        finished(ingest(home, site, LIMIT + timedelta(days=2)))
    assert "1 new" in said
    assert len(held(home)[0]) == truth + 7
    assert {until - begin for _, _, begin, until, _ in held(home)[1]} == {timedelta(days=1)}


@pytest.mark.heavy
@pytest.mark.timeout(1_800)
def test_a_collection_that_is_killed_at_any_moment_goes_on_and_ends_where_a_clean_one_ends(home, tmp_path):
    chance = random.Random(11)
    store = project(files_per_hour=2)
    truth = planted(store)
    clean = tmp_path / "clean" / "home"
    with serve(store) as site:
        began = time.monotonic()
        finished(ingest(clean, site, LIMIT + 3 * HOUR))
        lasts = time.monotonic() - began
        for _ in range(KILLS):
            run = ingest(home, site, LIMIT + 3 * HOUR)
            threading.Event().wait(chance.uniform(0.3, 1.1) * lasts)
            run.kill()
            run.communicate()
            if is_begun(home):
                seen = held(home)
                # Never a part of an hour: what is listed is there, and is what the clean one has of it.
                assert set(seen[0]) <= set(held(clean)[0])
        finished(ingest(home, site, LIMIT + 3 * HOUR))
        finished(ingest(home, site, LIMIT + 3 * HOUR))
    assert held(home) == held(clean)
    assert len(held(home)[0]) == truth
    root = Settings(home=home).segments
    with reader(Settings(home=home).database) as connection:
        listed = {root / row[0] for row in connection.execute("select path from log.segments").fetchall()}
    assert {file for file in root.rglob("*") if file.is_file()} == listed
