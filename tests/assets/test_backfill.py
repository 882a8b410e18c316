"""A day of product events is exported again as a run of its own, and such a run can be started again."""

import pytest

from pipelines.assets.nightly import prepare_home
from pipelines.definitions import definitions
from pipelines.settings import Settings, exported
from pipelines.sources.amplitude.server import serve
from tests.assets.nights import instance
from tests.contracts.played_amplitude import FIRST, HOUR, busy, event, project, segments, usage
from warehouse.connection import reader


@pytest.fixture
def store():
    store = project()
    busy(store, count=48)
    return store


def backfill(home: Settings, day: str, *, is_good: bool = True) -> None:
    assert prepare_home(home)
    job = definitions(home).resolve_job_def("amplitude_backfill")
    with exported(STORYLINE_AMPLITUDE_KEY="an-api-key", STORYLINE_AMPLITUDE_SECRET="a-secret-key"):
        config = {"resources": {"line": {"config": {"as_of": "2026-03-31T06:00:00Z"}}}}
        with instance(home) as kept:
            result = job.execute_in_process(partition_key=day, run_config=config, instance=kept, raise_on_error=False)
    assert result.success == is_good


def test_a_day_is_exported_again_and_once_more_and_its_neighbours_stay(tmp_path, store):
    with serve(store) as site:
        home = Settings(
            home=tmp_path / "home",
            sources={"amplitude": {"url": site.url, "projects": ["187520"], "begins_on": "2026-03-17"}},
        )
        backfill(home, "2026-03-18")
        assert [row[2] for row in segments(home)] == [120]
        assert min(row[2] for row in usage(home)) == FIRST + 24 * HOUR
        store.put(FIRST + 25 * HOUR, [event(9_999, FIRST + 25 * HOUR)])
        backfill(home, "2026-03-18")
        backfill(home, "2026-03-18")
        assert [row[2] for row in segments(home)] == [121]
        site.faults.next("status", 99, status=403)
        backfill(home, "2026-03-17", is_good=False)
        site.faults.clear()
        backfill(home, "2026-03-17")
    assert [row[2] for row in segments(home)] == [120, 121]
    # The nightly's own place did not move.
    with reader(home.database) as connection:
        assert connection.execute("select count(*) from log.checkpoints").fetchall() == [(0,)]
