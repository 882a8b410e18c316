"""The only place that opens a DuckDB file. Every connection speaks UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class WarehouseError(RuntimeError):
    """A database file cannot be used. The message says which, why, and what to do."""


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(path), read_only=read_only)  # noqa: TID251 - this is the one opener
    except duckdb.IOException as error:
        raise WarehouseError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}; "
            "another program may have it open: close it and try again"
        ) from error
    connection.execute("set TimeZone = 'UTC'")
    return connection


@contextmanager
def writer(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for writing, and make its folder and file where there are none.

    Raises:
        WarehouseError: the file is not a database, or another process has it open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, read_only=False)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def reader(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for reading only.

    Raises:
        WarehouseError: there is no such file, it is not a database, or a writer has it open.
    """
    if not path.exists():
        raise WarehouseError(f"{path} does not exist yet; run `storyline nightly` first")
    connection = _open(path, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def workspace(scratch: Path, *, memory_megabytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database of no file, for work on what is too large to be held: it spills into `scratch`.

    Each of its cursors has temporary tables of its own.
    """
    connection = duckdb.connect(":memory:")  # noqa: TID251 - this is the one opener
    try:
        connection.execute("set global TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{memory_megabytes}MB'")
        connection.execute("set temp_directory = '" + str(scratch).replace("'", "''") + "'")
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or nothing of it."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
