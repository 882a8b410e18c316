"""What became of everybody who met a feature: all stories in one pass, and a night after one more day of events."""

import json
import math
import os
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from statistics import median

import click
import pytest

from pipelines.settings import Settings
from tests.benchmarks.exposed_stories import DAYS, Product, begin, take_in, told_of_flags, written
from tests.benchmarks.exposed_ways import COHORTS
from tests.conftest import ROOT, environment
from warehouse.connection import reader, writer

SIZES = (5_000_000, 20_000_000)
# How one pass grows is told up to this size too, where the disk has room for it.
LARGEST, ROOM_BYTES = 80_000_000, 40_000_000_000
STORIES = 100
ROUNDS = 3
Told = dict[str, float]


def _told(way: str, home: Path) -> Told:
    command = [sys.executable, "-m", "tests.benchmarks.exposed_ways", way, str(home)]
    env = environment(home) | {"PYTHONPATH": str(ROOT)}
    finished = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2_000:] + finished.stderr[-4_000:]
    answer: Told = json.loads(finished.stdout.splitlines()[-1])
    click.echo(
        f"  {way:<10} {answer['seconds']:8.1f} s {answer['processor']:8.1f} s of processor"
        f"  peak {answer['peak_mb']:6.0f} MB"
    )
    return answer


def _tables(home: Path) -> dict[str, object]:
    """A digest of the rows of each table."""
    sql = """
        select table_schema || '.' || table_name from information_schema.tables
        where table_schema in ('staging', 'intermediate') and table_type = 'BASE TABLE'
    """
    with reader(Settings(home=home).database) as connection:
        return {
            name: connection.execute(f"select count(*), sum(cast(hash(t) as hugeint)) from {name} as t").fetchall()
            for (name,) in connection.execute(sql).fetchall()
        }


def _versions(home: Path) -> list[tuple[object, ...]]:
    with reader(Settings(home=home).database) as connection:
        return connection.execute("select name, version from increments.tables order by name").fetchall()


def _home(folder: Path, events: int) -> tuple[Settings, Product]:
    product = Product(events, events // 20, STORIES)
    return begin(folder / f"home-{events}", product), product


@pytest.mark.benchmark
@pytest.mark.timeout(14_400)
def test_all_stories_in_one_pass_and_one_more_day(tmp_path: Path) -> None:
    homes: dict[int, tuple[Settings, Product]] = {}
    for events in (*SIZES, LARGEST):
        if events == LARGEST and shutil.disk_usage(tmp_path).free < ROOM_BYTES:
            click.echo(f"\n{events:,} events are left out: {tmp_path} has less than {ROOM_BYTES:,} bytes free")
            continue
        settings, product = homes[events] = _home(tmp_path, events)
        click.echo(f"\n{events:,} events, {product.users:,} users, {STORIES} stories, load {os.getloadavg()[0]:.1f}:")
        _told("models" if events in SIZES else "cohorts", settings.home)
    passes: dict[int, list[Told]] = {events: [] for events in homes}
    for _ in range(ROUNDS):
        for events, (settings, _) in homes.items():
            click.echo(f"\n{events:,} events:")
            passes[events].append(_told("one-pass", settings.home))
    smallest = min(SIZES)
    _say_one_pass(passes[smallest], _told("by-story", homes[smallest][0].home))
    _say_growth(passes)
    if LARGEST in homes:
        # What is still to be written of it, and what the machine keeps in memory of it, would be told of the nights.
        shutil.rmtree(homes.pop(LARGEST)[0].home)
        os.sync()
    for events in SIZES:
        click.echo(f"\n{events:,} events:")
        _say_night(*homes[events], tmp_path / "kept")


def _say_one_pass(passes: list[Told], by_story: Told) -> None:
    assert {one["rows"] for one in passes} == {by_story["rows"]} != {0}
    for clock in ("seconds", "processor"):
        one = median(told[clock] for told in passes)
        click.echo(f"  a query for each story takes {by_story[clock] / one:.1f} times the {clock} (bar 4)")


def _say_growth(passes: dict[int, list[Told]]) -> None:
    click.echo(f"  peak {max(one['peak_mb'] for told in passes.values() for one in told):.0f} MB (bar 3,000)")
    for clock in ("seconds", "processor"):
        taken = {events: median(one[clock] for one in told) for events, told in passes.items()}
        for few, many in combinations(taken, 2):
            exponent = math.log(taken[many] / taken[few]) / math.log(many / few)
            click.echo(
                f"  from {few:,} to {many:,} events the {clock} grow with the exponent {exponent:.3f} (bar 1.05)"
            )


def _say_night(settings: Settings, product: Product, kept: Path) -> None:
    """Tell what a night costs, three times from where it began, and all made anew after it."""
    versions = _versions(settings.home)
    told_of_flags(settings, product, DAYS)
    click.echo("  a night without new events:")
    _told("models", settings.home)
    assert _versions(settings.home) == versions
    take_in(settings, written(settings, product, range(DAYS, DAYS + 1)))
    told_of_flags(settings, product, DAYS + 1)
    click.echo("  a night after one more day:")
    shutil.copy(settings.database, kept)
    nights = []
    for _ in range(ROUNDS):
        shutil.copy(kept, settings.database)
        nights.append(_told("models", settings.home))
    kept.unlink()
    assert _versions(settings.home) != versions
    mine = _tables(settings.home)
    with writer(settings.database) as connection:
        connection.execute("drop schema increments cascade")
    click.echo("  the same, all made anew:")
    anew = _told("models", settings.home)
    assert _tables(settings.home) == mine
    for name in COHORTS:
        assert mine[f"intermediate.{name}"]
    for clock in ("seconds", "processor"):
        night = median(one[clock] for one in nights)
        click.echo(f"  all anew takes {anew[clock] / night:.1f} times the {clock} of the night (bar 20)")
