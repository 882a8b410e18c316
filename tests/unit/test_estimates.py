"""Between the halves of a transform: what is estimated, when it is estimated again, and what is built after it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.estimates import Halves, estimate
from pipelines.impact.ai_comparison import AI_COMPARISON
from pipelines.impact.estimator import Estimator
from pipelines.progress import unwatched
from pipelines.settings import Settings
from tests.unit.impact.companies import frames, spans
from warehouse.estimates import clear
from warehouse.store import open_log

SINCE = datetime(2026, 3, 31, 6, tzinfo=UTC)


@pytest.fixture
def log(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose facts are those of a simple company."""
    with open_log(settings, command="test", since=SINCE) as connection:
        connection.execute("create schema intermediate")
        for name, frame in frames(spans(1)).items():
            connection.register("told", frame)
            connection.execute(f"create table {name} as select * from told")
            connection.unregister("told")
        yield connection


def computed(log: duckdb.DuckDBPyConnection, one: Estimator = AI_COMPARISON) -> list[str]:
    return [table for table, _ in estimate(log, [one], unwatched)]


def kept(log: duckdb.DuckDBPyConnection) -> list[Any]:
    return log.execute("select * from results.ai_comparison order by all").fetchall()


def test_what_is_known_is_not_estimated_again_until_a_row_of_it_changes(log):
    assert computed(log) == ["ai_comparison"]
    before = kept(log)
    assert len(before) == 4
    assert computed(log) == []
    assert kept(log) == before
    log.execute("update intermediate.int_ai_spans set seconds = seconds + 60 where story_key = 'S-00007'")
    assert computed(log) == ["ai_comparison"]
    assert kept(log) != before


def test_a_definition_that_was_raised_is_estimated_again(log):
    assert computed(log) == ["ai_comparison"]
    assert computed(log, replace(AI_COMPARISON, version=2)) == ["ai_comparison"]
    assert computed(log, replace(AI_COMPARISON, version=2)) == []


def test_what_was_dropped_comes_back_the_same_in_whatever_order_its_rows_lie(log):
    computed(log)
    before = kept(log)
    clear(log)
    assert kept(log) == []
    log.execute("create or replace table intermediate.int_ai_spans as from intermediate.int_ai_spans order by seconds")
    assert computed(log) == ["ai_comparison"]
    assert kept(log) == before


def manifest(*more: str) -> Any:
    """A project in which `late` reads what is estimated of `int_ai_spans` and `int_ai_outcomes`."""
    reads = {
        "model.s.int_ai_spans": [],
        "model.s.int_ai_outcomes": [],
        "model.s.late": ["source.s.results.ai_comparison"],
        "test.s.of_late.1": ["model.s.late"],
        "test.s.of_facts.2": ["model.s.int_ai_spans"],
    }
    nodes = {
        name: SimpleNamespace(
            unique_id=name,
            name=name.split(".")[2],
            depends_on_nodes=found,
            tags=["outcomes"] if "s.late" in name else [],
        )
        for name, found in reads.items()
        if not more or name in more
    }
    unit = {"unit_test.s.late.it_holds": SimpleNamespace(depends_on=SimpleNamespace(nodes=["model.s.late"]))}
    return SimpleNamespace(nodes=nodes, unit_tests={} if more else unit)


def due(halves: Halves) -> list[str]:
    return [one.table for one in halves.due]


LATE = ["--select", "tag:outcomes"]


def test_a_whole_transform_builds_facts_then_estimates_then_what_reads_them():
    halves = Halves(manifest(), [], is_partial=False)
    assert (halves.has_facts, halves.facts) == (True, ["--exclude", "tag:outcomes"])
    assert due(halves) == ["ai_comparison"]
    assert halves.outcomes(is_new=False) == halves.outcomes(is_new=True) == LATE


def test_a_quiet_night_builds_outcomes_only_where_an_estimate_is_new_but_tells_a_warning_again():
    halves = Halves(manifest(), ["source:log.runs+"], is_partial=False)
    assert halves.facts == ["--select", "source:log.runs+", "--exclude", "tag:outcomes"]
    assert (halves.outcomes(is_new=False), halves.outcomes(is_new=True)) == ([], LATE)
    warned = Halves(manifest(), ["source:log.runs+", "of_late", "of_facts"], is_partial=False)
    assert warned.facts[1:3] == ["source:log.runs+", "of_facts"]
    assert warned.outcomes(is_new=False) == ["--select", "of_late"]


@pytest.mark.parametrize(
    ("chosen", "facts", "estimates", "outcomes"),
    [
        (["int_ai_spans"], ["int_ai_spans"], [], []),
        (["late", "it_holds"], None, [], ["late", "it_holds"]),
        (["ai_comparison"], None, ["ai_comparison"], []),
        (["of_facts", "ai_comparison", "late"], ["of_facts"], ["ai_comparison"], ["late"]),
    ],
)
def test_what_was_chosen_by_hand_is_all_that_is_touched(
    chosen: Sequence[str], facts: list[str] | None, estimates: list[str], outcomes: list[str]
):
    halves = Halves(manifest(), chosen, is_partial=True)
    assert halves.has_facts == (facts is not None)
    assert facts is None or halves.facts == ["--select", *facts, "--exclude", "tag:outcomes"]
    assert due(halves) == estimates
    assert halves.outcomes(is_new=True) == (["--select", *outcomes] if outcomes else [])


def test_a_project_without_those_models_estimates_nothing_and_has_one_half():
    halves = Halves(manifest("model.s.int_ai_spans"), [], is_partial=False)
    assert (due(halves), halves.outcomes(is_new=False)) == ([], [])
