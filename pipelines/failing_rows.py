"""Tells which rows a test of the models found wrong: `Got 2 results` helps nobody to find them."""

from collections.abc import Iterable
from typing import Any

import duckdb

from pipelines.settings import Settings
from warehouse.connection import reader

# Enough to begin looking. What a text says is cut: it is for a line of a terminal.
_MOST_ROWS, _LONGEST = 5, 120


def failing_rows(settings: Settings, results: Iterable[Any]) -> dict[str, str]:
    """Return the first rows in words for each data test of dbt's results that found some, by dbt's id of the test."""
    found = {
        one.node.unique_id: one.node.compiled_code
        for one in results
        if one.failures and one.node.unique_id.startswith("test.") and one.node.compiled_code
    }
    if not found:
        return {}
    with reader(settings.database) as connection:
        return {unique_id: _told(connection, query) for unique_id, query in found.items()}


def _told(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    asked = connection.execute(f"select * from ({query}) as failing limit {_MOST_ROWS}")
    names = [column[0] for column in asked.description]
    return "; ".join(
        ", ".join(
            f"{name} {str(value)[:_LONGEST]}" for name, value in zip(names, row, strict=True) if value is not None
        )
        for row in asked.fetchall()
    )
