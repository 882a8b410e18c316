"""Estimates in the schema `results`: what they are computed of, and the only writer of what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from warehouse.connection import transaction

_KNOWN = """
select count(*) > 0 from results.estimates
where table_name = $table_name and definition_version = $definition_version and frames_digest = $frames_digest
"""
_KEEP = """
insert into results.estimates by name
select
    $table_name as table_name, $definition_version::bigint as definition_version, $frames_digest as frames_digest
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the rows of a table are computed of: two of one basis are equal.

    Attributes:
        table: of the schema `results`.
        version: of the definition.
        digest: of the rows that it is computed from.
    """

    table: str
    version: int
    digest: str


def basis_of(connection: duckdb.DuckDBPyConnection, table: str, version: int, models: Iterable[str]) -> Basis:
    """Return what the rows of a table would be computed of now; `models` as `schema.model`."""
    parts = [
        connection.execute(f"select count(*), coalesce(sum(hash(told)::hugeint), 0) from {model} as told").fetchall()[0]
        for model in models
    ]
    return Basis(table, version, " ".join(f"{count} {total}" for count, total in parts))


def is_known(connection: duckdb.DuckDBPyConnection, basis: Basis) -> bool:
    """Tell whether the table holds what this basis gives."""
    return bool(connection.execute(_KNOWN, _told(basis)).fetchall()[0][0])


def frame(connection: duckdb.DuckDBPyConnection, model: str) -> pl.DataFrame:
    """Return the rows of a model, sorted by all their columns, so that they have one order in every run."""
    return connection.execute(f"select * from {model} order by all").pl()


def replace(connection: duckdb.DuckDBPyConnection, basis: Basis, rows: pl.DataFrame) -> None:
    """Put these rows in the place of those that the table holds."""
    with transaction(connection):
        connection.execute(f"delete from results.{basis.table}")
        connection.register("estimated", rows)
        connection.execute(f"insert into results.{basis.table} by name select * from estimated")
        connection.unregister("estimated")
        connection.execute("delete from results.estimates where table_name = ?", [basis.table])
        connection.execute(_KEEP, _told(basis))


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty every table that was ever estimated."""
    with transaction(connection):
        for (table,) in connection.execute("select table_name from results.estimates").fetchall():
            connection.execute(f"delete from results.{table}")
        connection.execute("delete from results.estimates")


def _told(basis: Basis) -> dict[str, object]:
    return {"table_name": basis.table, "definition_version": basis.version, "frames_digest": basis.digest}
