"""Product events on their way into segments, against DuckDB's bare parse of the same files and dlt, by turns."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.benchmarks import usage_events
from tests.conftest import ROOT, environment

EVENTS, ROUNDS = 960_000, 3
DLT = ("dlt[duckdb]==1.31.0", "duckdb==1.5.5", "pyarrow==26.0.1")
Told = dict[str, float]


def _told(command: list[str], home: Path) -> Told:
    env = environment(home) | {"PYTHONPATH": str(ROOT), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    finished = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2_000:] + finished.stderr[-4_000:]
    answer: Told = json.loads(finished.stdout.splitlines()[-1])
    return answer


def _own(way: str, folder: Path, home: Path) -> Told:
    return _told([sys.executable, "-m", "tests.benchmarks.usage_ways", way, str(folder), str(home)], home)


@pytest.fixture(scope="module")
def dlt() -> Callable[[str, Path, Path], Told]:
    """dlt in an environment of its own, beside the project's: it is no part of the lock."""
    python = ROOT / ".benchmarks" / "dlt" / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    if not python.exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(python.parents[1])], check=True)
    subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *DLT], check=True)
    file = str(Path(__file__).with_name("usage_dlt.py"))
    return lambda way, folder, home: _told([str(python), file, way, str(folder), str(home)], home)


def _by_turns(ways: dict[str, Callable[[], Told]]) -> dict[str, Told]:
    """Run every way once to warm up and then by turns, so that a busy moment falls on all; return medians."""
    rounds = [{name: way() for name, way in ways.items()} for _ in range(ROUNDS + 1)][1:]
    return {
        name: {key: statistics.median(one[name][key] for one in rounds) for key in rounds[0][name]} for name in ways
    }


def _line(name: str, told: Told) -> None:
    rate = told["rows"] / told["seconds"] / 1_000
    click.echo(
        f"  {name:<38} {told['seconds']:7.2f} s {told['processor']:7.2f} s of processor {rate:7.1f}k rows/s "
        f"peak {told['peak_mb']:6.0f} MB"
    )


@pytest.mark.benchmark
@pytest.mark.timeout(3_600)
def test_product_events_are_taken_in_at_a_good_part_of_what_a_bare_parse_takes(dlt, tmp_path):
    folder, home = tmp_path / "export", tmp_path / "home"
    size = usage_events.write(folder, EVENTS)

    def fresh(way: Callable[[Path], Told]) -> Callable[[], Told]:
        def run() -> Told:
            shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
            return way(tmp_path / "fresh")

        return run

    measured = _by_turns(
        {
            "bare scan and parse": fresh(lambda there: _own("bare", folder, there)),
            "bare, of the fields that are kept": fresh(lambda there: _own("bare-of-ours", folder, there)),
            "storyline": fresh(lambda there: _own("ours", folder, there)),
            "dlt, Arrow, merge": fresh(lambda there: dlt("arrow", folder, there)),
            "dlt, rows, merge": fresh(lambda there: dlt("rows", folder, there)),
        }
    )
    _own("ours", folder, home)
    kept = _by_turns(
        {
            "storyline, the same again": lambda: _own("ours", folder, home),
            "read, each event once": lambda: _own("deduplicated", folder, home),
            "read, every delivery": lambda: _own("delivered", folder, home),
        }
    )
    load = os.getloadavg()[0]
    click.echo(f"\n{EVENTS:,} events of {size / EVENTS / 1_000:.1f} KB, {os.cpu_count()} cores, load {load:.1f}:")
    for name, told in (measured | kept).items():
        _line(name, told)
    bare, _, ours, arrow, _ = measured.values()
    again = kept["storyline, the same again"]
    _say(measured, again)
    # Every way did the work.
    assert bare["rows"] == ours["rows"] == arrow["rows"] == again["rows"] == EVENTS
    assert {told["rows"] for name, told in kept.items()} == {EVENTS}


def _say(measured: dict[str, Told], again: Told) -> None:
    bare, least, ours, arrow, rows = measured.values()
    processor = {name: told["processor"] / told["rows"] for name, told in measured.items()}
    click.echo(f"  of the bare parse {bare['seconds'] / ours['seconds']:.2f} (bar 0.35)")
    click.echo(f"  of the bare parse of the fields that are kept {least['seconds'] / ours['seconds']:.2f}")
    click.echo(f"  times dlt with Arrow {arrow['seconds'] / ours['seconds']:.1f} (bar 2.5)")
    rates = [told["rows"] / told["seconds"] for told in (ours, rows)]
    click.echo(f"  times dlt with rows {rates[0] / rates[1]:.0f} (bar 50)")
    click.echo(f"  peak of dlt's with Arrow {ours['peak_mb'] / arrow['peak_mb']:.2f} (bar 0.25)")
    click.echo(f"  the same again {again['seconds'] / ours['seconds']:.2f} of the first time (bar 0.10)")
    shares = ", ".join(f"{name} {1e6 * spent:.1f}" for name, spent in processor.items())
    click.echo(f"  microseconds of processor an event, whatever else the machine does: {shares}")


@pytest.mark.benchmark
@pytest.mark.timeout(1_800)
def test_the_peak_of_memory_does_not_follow_the_size_of_the_export(tmp_path):
    peaks = {}
    for count in (EVENTS // 4, EVENTS):
        usage_events.write(tmp_path / f"export-{count}", count)
        peaks[count] = _own("ours", tmp_path / f"export-{count}", tmp_path / f"home-{count}")["peak_mb"]
    click.echo("\n" + ", ".join(f"{count:,} events: peak {peak:.0f} MB" for count, peak in peaks.items()))
    assert peaks[EVENTS] < 1.5 * peaks[EVENTS // 4]
