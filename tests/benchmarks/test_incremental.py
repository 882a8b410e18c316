"""What one more day costs after 3 and after 18 months of one team's work, by part, against all made anew."""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import pytest

from pipelines.events.records import RawRecord
from pipelines.settings import Settings
from pipelines.transform import TransformOutcome, rebuild, run_dbt, transform
from tests.benchmarks.growing import ENDS_AT, append, begin, grow, next_day
from tests.conftest import dump_marts
from warehouse.serving import publish

_T = TypeVar("_T")
ROUNDS = 3
MONTHS = (3, 18)
STORIES_A_MONTH = 300 / 18
PARTS = ("append", "transform", "publish")
# By part: wall seconds and processor seconds; the latter say the same on a busy machine.
Cost = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class History:
    """A log that ends a day early, already transformed, and the day."""

    settings: Settings
    whole: Path
    day: dict[str, list[RawRecord]]

    def one_more_day(self) -> Cost:
        shutil.copy(self.whole, self.settings.database)
        cost: Cost = {}
        cost["append"], new = _timed(lambda: append(self.settings, self.day, ENDS_AT))
        assert new > 0
        cost["transform"], outcome = _timed(lambda: run_dbt(self.settings, only_if_new=True))
        assert outcome.ok, outcome.error
        assert outcome.is_rest_unchanged
        cost["publish"], _published = _timed(lambda: publish(self.settings))
        return cost

    def anew(self) -> tuple[float, float]:
        def run() -> TransformOutcome:
            return rebuild(self.settings)

        mine = dump_marts(self.settings.database)
        cost, outcome = _timed(run)
        assert outcome.ok, outcome.error
        assert dump_marts(self.settings.database) == mine
        return cost


def _timed(work: Callable[[], _T]) -> tuple[tuple[float, float], _T]:
    wall, processor = time.monotonic(), time.process_time()
    done = work()
    return (time.monotonic() - wall, time.process_time() - processor), done


def _history(folder: Path, months: int, times: int) -> History:
    grow(folder / "grown", months=months, stories=round(STORIES_A_MONTH * months * times))
    settings = begin(folder / "home", folder / "grown")
    for outcome in (transform(settings), run_dbt(settings, only_if_new=True)):
        # The second takes in what the first said of rollouts: the years of verdicts are no day's work.
        assert outcome.ok, outcome.error
    whole = folder / "whole.duckdb"
    shutil.copy(settings.database, whole)
    return History(settings, whole, next_day(folder / "grown"))


def _told(name: str, rounds: list[Cost], clock: int) -> float:
    parts = {part: statistics.median(cost[part][clock] for cost in rounds) for part in PARTS}
    total = statistics.median(sum(cost[part][clock] for part in PARTS) for cost in rounds)
    told = "  ".join(f"{part} {seconds:6.2f}" for part, seconds in parts.items())
    click.echo(f"  {name:<28} {told}  total {total:6.2f}")
    return total


@pytest.mark.benchmark
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("times", [1, 10])
def test_one_more_day_after_three_and_after_eighteen_months(times: int, tmp_path: Path) -> None:
    histories = {months: _history(tmp_path / str(months), months, times) for months in MONTHS}
    rounds: dict[int, list[Cost]] = {months: [] for months in MONTHS}
    # By turns, so that a busy moment of the machine falls on both.
    for _ in range(ROUNDS):
        for months, history in histories.items():
            rounds[months].append(history.one_more_day())
    anew = {months: history.anew() for months, history in histories.items()}
    click.echo(f"\nOne more day, {times} x the demo's stories, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}:")
    for clock, kind in enumerate(("wall", "processor")):
        totals = {}
        for months in MONTHS:
            totals[months] = _told(f"{months} months, {kind} s", rounds[months], clock)
            click.echo(f"  {'':<28} all made anew {anew[months][clock]:.2f}")
        click.echo(f"  18 months against 3, {kind}: {totals[18] / totals[3]:.2f}")
