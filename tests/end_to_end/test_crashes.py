"""A replay may die at any moment: what was acknowledged stays, and running again ends where one clean run ends."""

import subprocess
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.conftest import AS_OF, ROOT, command_line, dump_marts, environment
from tests.forked import Striking, command, ended
from warehouse.connection import reader

KILLS = 20


def _log(home: Path) -> dict[str, list[tuple]]:
    with reader(home / "storyline.duckdb") as connection:
        return {
            table: connection.execute(f"select * from {table} order by all").fetchall()
            for table in ("log.raw_records", "log.events", "log.quarantine", "log.confirmations")
        }


def _replay(home: Path, recording: Path) -> BaseProcess:
    home.parent.mkdir(parents=True, exist_ok=True)
    arguments = ("replay", "github", recording, "--as-of", AS_OF)
    return command(*arguments, env=environment(home), told=home.parent / "told.txt")


def _marts(home: Path) -> dict[str, list[tuple]]:
    finished = subprocess.run(
        command_line("transform"), cwd=ROOT, env=environment(home), capture_output=True, check=False
    )
    assert finished.returncode == 0, finished.stdout.decode() + finished.stderr.decode()
    return dump_marts(home / "storyline.duckdb")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, recorded: Path) -> tuple[Path, float]:
    home = tmp_path_factory.mktemp("clean") / "home"
    began = time.monotonic()
    assert ended(_replay(home, recorded / "github-ants"), 240) == 0
    return home, time.monotonic() - began


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_killed_at_twenty_random_moments_and_run_again_log_and_marts_are_those_of_one_clean_run(
    clean: tuple[Path, float], recorded: Path, tmp_path: Path
) -> None:
    clean_home, seconds = clean
    expected = _log(clean_home)
    striking = Striking(20_260_331, seconds, earliest=0.25)
    for number in range(KILLS * 5):
        home = tmp_path / str(number) / "home"
        if not striking.strike(_replay(home, recorded / "github-ants")):
            continue
        assert ended(_replay(home, recorded / "github-ants"), 240) == 0
        assert _log(home) == expected, f"kill {number} left another log"
        if striking.struck == KILLS:
            break
    assert striking.struck == KILLS, "the kills came too late to prove anything"
    assert _marts(home) == _marts(clean_home)
