"""The night as an operator meets it: what may be asked for, how it ends, and what a killed one leaves to the next."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg
import pytest

from pipelines.assets.dead_runs import burial
from pipelines.settings import Settings
from tests.assets.nights import ask, instance, night, small_line
from tests.conftest import ROOT, command_line, environment
from tests.unit.warehouse.test_lock import other_writer  # noqa: F401
from warehouse.serving import NotPublishableError, publish, resolve

# A night whose process is killed when the first model is built.
KILLED = """
import os
import signal
import sys

from pipelines.assets.nightly import run_nightly
from pipelines.clock import parse_time
from pipelines.settings import load_settings

def killed(what, done, total):
    if what == "transform":
        os.kill(os.getpid(), signal.SIGKILL)

run_nightly(load_settings(), as_of=parse_time(sys.argv[1]), progress=killed)
"""
Finished = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Week:
    """A night that was killed, and one by command after it, of two sources of which one is away.

    Attributes:
        refusal: why the marts could not be published between the two.
        status: what Dagster called the killed run before and after the second night.
    """

    settings: Settings
    killed: Finished
    refusal: str
    asked: Finished
    status: tuple[dg.DagsterRunStatus, dg.DagsterRunStatus]


def run(settings: Settings, *command: str) -> Finished:
    outside = environment(settings.home)
    return subprocess.run([*command], cwd=ROOT, env=outside, capture_output=True, text=True, check=False)


def written_down(settings: Settings) -> None:
    """Write the settings where the command looks for them."""
    recordings = "\n".join(f"{name} = {[str(path) for path in paths]}" for name, paths in settings.recordings.items())
    text = f"dbt_project = '{settings.dbt_project}'\n[recordings]\n{recordings}\n"
    settings.home.parent.joinpath("storyline.toml").write_text(text)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    folder = tmp_path_factory.mktemp("week")
    settings = small_line(folder)
    recordings = settings.recordings | {"cloudevents": (folder / "away",), "github": (folder / "never read",)}
    written_down(settings)
    killed = run(settings, sys.executable, "-c", KILLED, night(0).isoformat())
    with pytest.raises(NotPublishableError) as refused:
        publish(settings)
    with instance(settings) as kept:
        (dead,) = kept.get_runs(limit=1)
    written_down(settings.model_copy(update={"recordings": recordings}))
    only = ("--source", "jira", "--source", "cloudevents", "--as-of", night(1).isoformat())
    asked = run(settings, *command_line("nightly", *only))
    with instance(settings) as kept:
        buried = kept.get_run_by_id(dead.run_id)
    assert buried is not None
    return Week(settings, killed, str(refused.value), asked, (dead.status, buried.status))


def test_a_night_of_some_sources_reads_these_alone_and_still_publishes(week):
    read = ask(week.settings.database, "select distinct source from log.runs where as_of = ? order by 1", night(1))
    assert read == [("cloudevents",), ("jira",), (None,)]
    assert "Published 3 tables" in week.asked.stdout


def test_the_command_ends_with_3_where_a_source_was_down_and_tells_it(week):
    assert week.asked.returncode == 3, week.asked.stderr
    assert week.asked.stdout.startswith("cloudevents failed and is stale: ")
    assert "away does not exist" in week.asked.stdout


def test_a_source_that_nobody_knows_is_wrong_use_and_those_that_exist_are_listed(week):
    finished = run(week.settings, *command_line("nightly", "--source", "gitlab"))
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "no source is called 'gitlab'; there are: cloudevents, github, jira" in finished.stderr


def test_the_marts_of_a_killed_night_cannot_be_published(week):
    assert week.killed.returncode == -signal.SIGKILL
    assert "the last transform did not end" in week.refusal


def test_a_killed_night_is_called_failed_by_the_next(week):
    assert week.status == (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE)


def test_the_night_after_a_killed_one_builds_everything_and_publishes(week):
    assert ask(week.settings.database, "select status from results.transforms order by transform_number") == [
        ("running",),
        ("ok",),
    ]
    assert ask(resolve(week.settings), "select max(date_on) from marts.dim_dates") == [(night(1).date(),)]


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
