"""A night with nothing new, ours and the ordinary way, over one warehouse in one run."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT, command_line, dump_marts, environment

OURS, ORDINARY = "storyline nightly", "default executor + dagster-dbt"
NIGHTS = 3


def _run(command: list[str], env: dict[str, str]) -> float:
    began = time.monotonic()
    finished = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    assert finished.returncode == 0, finished.stdout[-4_000:] + finished.stderr[-4_000:]
    return seconds


def _ordinary(env: dict[str, str]) -> list[str]:
    dagster = Path(sys.executable).with_name("dagster")
    file = Path(__file__).with_name("ordinary_way.py")
    return [str(dagster), "job", "execute", "-f", str(file), "-a", "defs", "-j", "ordinary_night"]


@pytest.fixture
def env(home: Path, recorded: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of both ways: one home, one storyline.toml that names the recordings, a Dagster home each."""
    (home.parent / "storyline.toml").write_text(
        f'[recordings]\ngithub = ["{recorded}/github-ants"]\njira = ["{recorded}/jira-sample"]\n'
    )
    (tmp_path / "dagster").mkdir()
    # Dagster's own default storage; our nightly sets a home of its own. dagster-dbt looks for dbt on the path.
    own = environment(home)
    return own | {
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "STORYLINE_DATABASE": str(home / "storyline.duckdb"),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def _measured(ways: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    for way in ways.values():
        way()
    # By turns, so that a busy moment of the machine falls on both.
    nights = [{name: way() for name, way in ways.items()} for _ in range(NIGHTS)]
    return {name: [night[name] for night in nights] for name in ways}


@pytest.mark.benchmark
@pytest.mark.timeout(1_800)
def test_a_night_with_nothing_new_against_the_ordinary_way(env: dict[str, str], home: Path) -> None:
    told: dict[str, dict[str, list[tuple[object, ...]]]] = {}

    def night(name: str, command: list[str]) -> Callable[[], float]:
        def run() -> float:
            seconds = _run(command, env)
            told[name] = dump_marts(home / "storyline.duckdb")
            return seconds

        return run

    measured = _measured(
        {
            OURS: night(OURS, command_line("nightly", "--as-of", "2026-03-31")),
            ORDINARY: night(ORDINARY, _ordinary(env)),
        }
    )
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    click.echo(f"\nA night with nothing new, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}:")
    for name, seconds in measured.items():
        click.echo(f"  {name:<32} {' '.join(f'{one:6.1f}' for one in seconds)}   median {medians[name]:6.1f} s")
    click.echo(f"  ratio {medians[ORDINARY] / medians[OURS]:.1f}")
    # Both ways did the work: the same marts, but for what the runs themselves leave behind.
    assert told[OURS]["fct_changes"] == told[ORDINARY]["fct_changes"] != []
    assert told[OURS]["fct_builds"] == told[ORDINARY]["fct_builds"] != []
    assert told[OURS].keys() == told[ORDINARY].keys()
