"""The night as an operator meets it: what may be asked for, how it ends, and what a killed one leaves to the next."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.dead_runs import burial
from pipelines.cli import main, storyline
from pipelines.settings import Settings, exported, load_settings
from pipelines.sources.registry import sources
from tests.assets.nights import Night, ask, instance, night, sleep_over, small_line
from tests.conftest import ROOT, environment
from tests.unit.warehouse.test_lock import other_writer  # noqa: F401
from warehouse.serving import resolve

# A night whose process is killed when the first source was read.
KILLED = """
import os
import signal
import sys

from pipelines.assets.nightly import run_nightly
from pipelines.clock import parse_time
from pipelines.settings import load_settings

def killed(what, done, total):
    os.kill(os.getpid(), signal.SIGKILL)

run_nightly(load_settings(), as_of=parse_time(sys.argv[1]), progress=killed)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    exit_code: object
    output: str
    errors: str


def command(settings: Settings, *arguments: str) -> Ended:
    """Run a `storyline` command in this process, with these settings where it looks for them."""
    outside = environment(settings.home)
    recordings = "\n".join(f"{name} = {[str(path) for path in paths]}" for name, paths in settings.recordings.items())
    text = f"dbt_project = '{settings.dbt_project}'\n[recordings]\n{recordings}\n"
    Path(outside["STORYLINE_CONFIG"]).write_text(text)
    load_settings.cache_clear()
    output, errors = StringIO(), StringIO()
    ours = {name: outside[name] for name in ("STORYLINE_HOME", "STORYLINE_CONFIG")}
    with exported(**ours), redirect_stdout(output), redirect_stderr(errors), pytest.raises(SystemExit) as ended:
        main(lambda: storyline(list(arguments)))
    load_settings.cache_clear()
    return Ended(ended.value.code, output.getvalue(), errors.getvalue())


@dataclass(frozen=True)
class Week:
    """A night by command, of two sources of which one is away; one that was killed; and the one after it.

    Attributes:
        read: the sources that were read in the first night.
        status: what Dagster called the killed run before and after the next night.
    """

    settings: Settings
    asked: Ended
    read: list[tuple[object, ...]]
    killed: int
    status: tuple[dg.DagsterRunStatus, dg.DagsterRunStatus]
    next: Night


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    folder = tmp_path_factory.mktemp("week")
    settings = small_line(folder)
    one_away = settings.model_copy(update={"recordings": settings.recordings | {"cloudevents": (folder / "away",)}})
    only = ("--source", "jira", "--source", "cloudevents")
    asked = command(one_away, "nightly", *only, "--as-of", night(0).isoformat())
    read = ask(settings.database, "select distinct source from log.runs where source is not null order by 1")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, night(1).isoformat()], cwd=ROOT, env=environment(settings.home), check=False
    )
    with instance(settings) as kept:
        (dead,) = kept.get_runs(limit=1)
    following = sleep_over(settings, 2)
    with instance(settings) as kept:
        buried = kept.get_run_by_id(dead.run_id)
    assert buried is not None
    return Week(settings, asked, read, killed.returncode, (dead.status, buried.status), following)


def test_a_night_of_some_sources_reads_these_alone_and_still_publishes(week):
    assert week.read == [("cloudevents",), ("jira",)]
    assert "Published 3 tables" in week.asked.output


def test_the_command_ends_with_3_where_a_source_was_down_and_tells_it(week):
    assert week.asked.exit_code == 3, week.asked.errors
    assert week.asked.output.startswith("cloudevents failed and is stale: ")
    assert "away does not exist" in week.asked.output


def test_a_source_that_nobody_knows_is_wrong_use_and_those_that_exist_are_listed(week):
    ended = command(week.settings, "nightly", "--source", "gitlab")
    assert (ended.exit_code, ended.output) == (2, "")
    assert f"no source is called 'gitlab'; there are: {', '.join(sources())}" in ended.errors


def test_a_killed_night_is_called_failed_by_the_next(week):
    assert week.killed == -signal.SIGKILL
    assert week.status == (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE)


def test_the_night_after_a_killed_one_takes_in_what_that_one_missed_and_publishes(week):
    assert week.next.outcome.exit_code == 0
    assert week.next.made["sources/github"]["records_seen"] > 50
    assert ask(resolve(week.settings), "select max(date_on) from marts.dim_dates") == [(night(2).date(),)]


@pytest.fixture
def left_running(week: Week) -> Iterator[tuple[dg.DagsterInstance, str]]:
    """A run that Dagster's page shows as running."""
    with instance(week.settings) as kept:
        run_id = "00000000-0000-0000-0000-000000000001"
        kept.add_run(dg.DagsterRun(job_name="nightly", run_id=run_id, status=dg.DagsterRunStatus.STARTED))
        yield kept, run_id
        kept.delete_run(run_id)


def heard_an_hour_ago(settings: Settings, run_id: str) -> None:
    with sqlite3.connect(settings.dagster_home / "history" / "runs.db") as database:
        past = "update runs set update_timestamp = datetime('now', '-1 hour') where run_id = ?"
        assert database.execute(past, [run_id]).rowcount == 1


def looked_after(settings: Settings, kept: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    burial(settings)(dg.build_sensor_context(instance=kept))
    found = kept.get_run_by_id(run_id)
    assert found is not None
    return found.status


def test_a_dead_run_does_not_keep_the_schedule_waiting_for_a_night_by_hand(week, left_running):
    """Killed under Dagster's own page, a run counted as running for ever; with one at a time none ever followed."""
    kept, run_id = left_running
    heard_an_hour_ago(week.settings, run_id)
    assert looked_after(week.settings, kept, run_id) == dg.DagsterRunStatus.FAILURE


def test_a_run_that_only_just_started_does_not_count_as_dead(week, left_running):
    kept, run_id = left_running
    assert looked_after(week.settings, kept, run_id) == dg.DagsterRunStatus.STARTED


def test_a_long_run_that_holds_the_lock_does_not_count_as_dead(week, left_running, other_writer, tmp_path):  # noqa: F811
    kept, run_id = left_running
    heard_an_hour_ago(week.settings, run_id)
    locked = week.settings.model_copy(update={"home": tmp_path})
    assert looked_after(locked, kept, run_id) == dg.DagsterRunStatus.STARTED
