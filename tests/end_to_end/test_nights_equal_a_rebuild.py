"""Whatever comes, in whatever order, and whenever a night dies: the marts are those of a rebuild, row for row."""

import json
import random
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.collect import Trip, collect
from pipelines.company import Scale, simulate
from pipelines.events.records import RawRecord
from pipelines.projection import CatalogProjection
from pipelines.settings import People, Settings
from pipelines.sources.live import Network
from pipelines.sources.registry import sources
from pipelines.transform import TransformOutcome, rebuild, run_dbt
from tests.assets.nights import whole_project, without_tests
from tests.conftest import ROOT, dump_marts
from tests.end_to_end.recovering import vendors
from warehouse import event_log
from warehouse.connection import reader
from warehouse.event_log import Run
from warehouse.store import open_log

ENDS_AT = datetime.fromisoformat("2026-03-31T06:00:00+00:00")
_DYING = """
import os, signal, sys
from pathlib import Path
from pipelines.settings import Settings
from pipelines.transform import run_dbt

def die(_stage, done, _total):
    if done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

run_dbt(Settings(home=Path(sys.argv[1]), dbt_project=Path(sys.argv[2])), only_if_new=True, progress=die)
"""
_TOLD = """
select source, instance, stream, record_key, body, vendor_version_at from log.raw_records order by position
"""
Told = list[tuple[str, RawRecord]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All that the vendors told of a company at two moments of its life: most entities in more than one version."""
    company = simulate(Scale(teams=2, months=2, stories=14), seed=3, ends_at=ENDS_AT)
    settings = Settings(home=tmp_path_factory.mktemp("told"))
    for as_of in (ENDS_AT - timedelta(days=12), ENDS_AT):
        with ExitStack() as up:
            for source, connection in vendors(company, as_of, up):
                collector = source.collector(connection, Network(attempts=1))
                assert collect(settings, source, collector, Trip("ingest", as_of)).errors == []
                collector.close()
    with reader(settings.database) as connection:
        return [
            (source, RawRecord(instance, stream, key, json.loads(body), version_at))
            for source, instance, stream, key, body, version_at in connection.execute(_TOLD).fetchall()
        ]


class Line:
    """A line whose nights are compared with rebuilds of copies of its log."""

    def __init__(self, folder: Path) -> None:
        project = without_tests(whole_project(folder / "project"))
        self.folder, self.number = folder, 0
        self.settings = Settings(home=folder / "home", dbt_project=project)

    def take_in(self, records: Told) -> None:
        self.number += 1
        at = ENDS_AT + timedelta(days=self.number)
        with open_log(self.settings, command="nightly", since=at) as connection:
            for name in sorted({source for source, _record in records}):
                mine = [record for source, record in records if source == name]
                event_log.append(connection, CatalogProjection(sources()[name]), mine, observed_at=at, run=None)
            event_log.record_run(connection, Run(command="nightly", as_of=at))

    def night(self) -> TransformOutcome:
        outcome = run_dbt(self.settings, only_if_new=True)
        assert outcome.ok, outcome.error
        return outcome

    def dies(self, after: int) -> None:
        """Begin a night, and be killed after so many nodes."""
        arguments = [str(self.settings.home), str(self.settings.dbt_project), str(after)]
        died = subprocess.run([sys.executable, "-c", _DYING, *arguments], cwd=ROOT, capture_output=True, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-2_000:]

    def differs(self) -> list[str]:
        """The marts that a rebuild of a copy of the log tells otherwise."""
        mine = dump_marts(self.settings.database)
        copy = self.settings.model_copy(update={"home": self.folder / f"rebuilt-{self.number}"})
        copy.home.mkdir()
        shutil.copy(self.settings.database, copy.database)
        assert rebuild(copy).ok
        rebuilt = dump_marts(copy.database)
        assert rebuilt.keys() == mine.keys()
        assert sum(map(len, rebuilt.values())) > 500
        return [name for name in mine if mine[name] != rebuilt[name]]


@pytest.mark.heavy
@pytest.mark.timeout(3_000)
def test_late_doubled_and_shuffled_deliveries_and_deaths_leave_the_marts_of_a_rebuild(told, tmp_path):
    dice, line = random.Random(11), Line(tmp_path)
    shuffled = dice.sample(told, len(told))
    first, second, third = (shuffled[part::3] for part in range(3))
    line.take_in(first)
    line.night()
    line.take_in([*second, *dice.sample(first, len(first) // 4)])
    line.dies(after=25)
    assert run_dbt(line.settings, select=["int_changes", "int_build_jobs", "stg_events__ticket", "fct_builds"]).ok
    line.night()
    assert line.differs() == []
    # Another rest of the log, taken in after a night that was whole: only what it touches is built.
    line.take_in([*third, *dice.sample(second, len(second) // 4)])
    assert line.night().is_rest_unchanged
    assert line.differs() == []
    # Somebody is declared a bot later, and a night dies over it.
    told_later = line.settings.model_copy(update={"people": People(bots=("p_0000000000000000",))})
    line.take_in(dice.sample(told, 20))
    line.settings = told_later
    assert not line.night().is_rest_unchanged
    assert line.differs() == []
