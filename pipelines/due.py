"""Which models and tests a night must run: those that read of what is new, and those that speak of the moment.

Everything else is as the last whole transform left it: the same rows by the same models, and the tests that passed then
pass now. Where there was no such transform, everything is due.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse import increments, increments_usage, results

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Unit tests are of the SQL, not of the rows: they passed when the models last changed, or before they went out.
TESTED_SQL = ("--exclude-resource-type", "unit_test")

_LOG, _EVENTS, _SEGMENTS = "log", "current_events", increments_usage.FEED
# The runs tell the moment; whatever does not read them is the same on a night with nothing new.
_RUNS = "runs"


@dataclass(frozen=True, slots=True)
class News:
    """What is new since the last whole transform.

    Attributes:
        is_log_moved: the log holds what it did not.
        touched: the tables of events that have news.
        is_usage_moved: segments of product events came or went.
        warned: the tests that warned then; they are run again, so that they go on to warn.
    """

    is_log_moved: bool
    touched: frozenset[str]
    is_usage_moved: bool
    warned: tuple[str, ...]


def news(connection: duckdb.DuckDBPyConnection, basis: results.Basis, database: Path) -> News | None:
    """Return what is new, None where everything is due."""
    last = results.last_whole(connection, basis)
    if last is None:
        return None
    if last.is_same_log:
        return News(False, frozenset(), False, tuple(last.warned))
    touched = increments.touched(connection, f'"{database.stem}"."log"."{_EVENTS}"')
    if touched is None:
        return None
    return News(True, frozenset(touched), increments_usage.is_moved(connection), tuple(last.warned))


def names(manifest: "Manifest", told: News) -> list[str]:
    """Return the names of the nodes that are due, for dbt to select.

    A view of unchanged SQL shows what is new without being made again, so only its tests and its readers are due.
    """
    reached = _reached(manifest, told)
    found = [
        node.name
        for node in manifest.nodes.values()
        if (node.unique_id in reached and not _is_steady(node.config.materialized, node.raw_code))
        or (str(node.resource_type) == "test" and not reached.isdisjoint(node.depends_on_nodes))
    ]
    return [*found, *told.warned]


def _reached(manifest: "Manifest", told: News) -> set[str]:
    """Return the ids of the models whose rows may be others than they were."""
    # What is estimated is new only once it was computed, after the models that it is computed from.
    sources = {name: source.name for name, source in manifest.sources.items() if source.source_name == _LOG}
    models = {name: node for name, node in manifest.nodes.items() if str(node.resource_type) == "model"}
    readers: dict[str, list[str]] = {}
    for name, model in models.items():
        for read in model.depends_on_nodes:
            readers.setdefault(read, []).append(name)

    def is_root(name: str) -> bool:
        read = {sources[one] for one in models[name].depends_on_nodes if one in sources}
        if told.is_log_moved and models[name].config.materialized == "keyed" and read == {_EVENTS}:
            return models[name].name in told.touched
        if told.is_log_moved and read == {_SEGMENTS}:
            return told.is_usage_moved
        return bool(read) if told.is_log_moved else _RUNS in read

    found: set[str] = set()
    waiting = [name for name in models if is_root(name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += readers.get(name, ())
    return found


def _is_steady(materialized: str, code: str) -> bool:
    """Tell whether it is a view whose SQL is the same each night: all but those that the moment is written into."""
    return materialized == "view" and "as_of" not in code.replace("as_of()", "")
