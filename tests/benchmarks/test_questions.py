"""How long an analyst waits: every worked question, asked of the published file of the demo."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from pipelines.docs_questions import answerable
from tests.conftest import ROOT
from warehouse.connection import reader

ROUNDS = 7
PUBLISHED = Path("home") / "serving.duckdb"


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    """What `make demo` published, else that of a demo of its own."""
    folder = ROOT / ".demo"
    if not (folder / PUBLISHED).exists():
        folder = tmp_path
        command = [sys.executable, "-m", "pipelines.demo", "run", str(folder / "storyline.toml")]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (folder / PUBLISHED).resolve()


@dataclass(frozen=True)
class Waited:
    """Milliseconds: until the first answer with the file just opened, the best of the later ones, and the processor's
    own time of one answer, which a busy machine does not move.
    """

    first: float
    again: float
    processor: float
    rows: int


def _asked(serving: Path, sql: str) -> Waited:
    began = time.perf_counter()
    with reader(serving) as connection:
        rows = len(connection.execute(sql).fetchall())
        first = time.perf_counter() - began
        later, worked = [], time.process_time()
        for _ in range(ROUNDS):
            began = time.perf_counter()
            connection.execute(sql).fetchall()
            later.append(time.perf_counter() - began)
        worked = (time.process_time() - worked) / ROUNDS
    return Waited(first * 1000, min(later) * 1000, worked * 1000, rows)


@pytest.mark.benchmark
@pytest.mark.timeout(1_800)
def test_how_long_each_worked_question_takes(serving: Path) -> None:
    with reader(serving) as connection:
        tables = connection.execute("select table_name, estimated_size from duckdb_tables()").fetchall()
    ready = answerable(name for name, _ in tables)
    measured = {question.title: _asked(serving, question.sql) for question in ready}
    rows = sum(size for _, size in tables)
    click.echo(f"\n{len(ready)} questions over {rows:,} rows, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}:")
    click.echo(f"  {'milliseconds':<36} {'first':>9} {'again':>9} {'processor':>9} {'rows':>6}")
    for title, one in measured.items():
        click.echo(f"  {title:<36} {one.first:9.0f} {one.again:9.1f} {one.processor:9.1f} {one.rows:6}")
    slowest = max(one.processor for one in measured.values())
    click.echo(f"  the slowest keeps the processor busy for {slowest:.0f} ms")
    assert [title for title, one in measured.items() if one.rows == 0] == []
