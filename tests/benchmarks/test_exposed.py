"""What became of everybody who met a feature: all stories in one pass, and a night after one more day of events."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipelines.settings import Settings
from tests.benchmarks.exposed_stories import DAYS, Product, begin, take_in, told_of_flags, written
from tests.benchmarks.exposed_ways import COHORTS
from tests.conftest import ROOT, environment
from warehouse.connection import reader, writer

SIZES = (5_000_000, 20_000_000)
STORIES = 100
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
    passes = {}
    for events in SIZES:
        settings, product = _home(tmp_path, events)
        click.echo(f"\n{events:,} events, {product.users:,} users, {STORIES} stories, load {os.getloadavg()[0]:.1f}:")
        whole = _told("models", settings.home)
        passes[events] = _told("one-pass", settings.home)
        _say_one_pass(passes[events], _told("by-story", settings.home))
        _say_night(settings, product, whole)
    few, many = (passes[events]["processor"] for events in SIZES)
    click.echo(f"  grows with the exponent {math.log(many / few) / math.log(SIZES[1] / SIZES[0]):.2f} (bar 1.05)")


def _say_one_pass(one: Told, by_story: Told) -> None:
    assert one["rows"] == by_story["rows"] > 0
    for clock in ("seconds", "processor"):
        click.echo(f"  a query for each story takes {by_story[clock] / one[clock]:.1f} times the {clock} (bar 4)")
    click.echo(f"  peak {one['peak_mb']:.0f} MB (bar 3,000)")


def _say_night(settings: Settings, product: Product, whole: Told) -> None:
    versions = _versions(settings.home)
    told_of_flags(settings, product, DAYS)
    click.echo("  a night without new events:")
    _told("models", settings.home)
    assert _versions(settings.home) == versions
    take_in(settings, written(settings, product, range(DAYS, DAYS + 1)))
    told_of_flags(settings, product, DAYS + 1)
    click.echo("  a night after one more day:")
    night = _told("models", settings.home)
    assert _versions(settings.home) != versions
    mine = _tables(settings.home)
    with writer(settings.database) as connection:
        connection.execute("drop schema increments cascade")
    click.echo("  the same, all made anew:")
    anew = _told("models", settings.home)
    assert _tables(settings.home) == mine
    for name in COHORTS:
        assert mine[f"intermediate.{name}"]
    kinds = {"all models": 1, "without the sums over all people": 0}
    for kind, with_sums in kinds.items():
        told = [_sum(one, with_sums=bool(with_sums)) for one in (anew, night)]
        click.echo(f"  {kind}: all anew {told[0]:.1f} s, the night {told[1]:.1f} s: {told[0] / told[1]:.1f} (bar 20)")
    assert whole["seconds"] > 0


def _sum(told: Told, *, with_sums: bool) -> float:
    models = {name: seconds for name, seconds in told.items() if name.startswith(("int_", "stg_"))}
    return sum(seconds for name, seconds in models.items() if with_sums or not name.startswith("int_impact"))
