"""What Python concludes from the log: how transforms ended. The only writer of `results.*`."""

from datetime import UTC, datetime

import duckdb

from warehouse.connection import transaction

RUNNING, OK, FAILED = "running", "ok", "failed"


def begin_transform(connection: duckdb.DuckDBPyConnection, *, as_of: datetime, is_partial: bool) -> int:
    """Note that a transform begins, before it touches a mart. Returns its number."""
    with transaction(connection):
        row = connection.execute(
            """
            insert into results.transforms
            select (select coalesce(max(transform_number), 0) + 1 from results.transforms), ?, ?, ?, null
            returning transform_number
            """,
            [as_of.astimezone(UTC), is_partial, RUNNING],
        ).fetchone()
    assert row is not None, "`returning` gives the row that went in"
    return int(row[0])


def end_transform(connection: duckdb.DuckDBPyConnection, number: int, *, error: str | None) -> None:
    """Note how it ended: well, where there is no error."""
    connection.execute(
        "update results.transforms set status = ?, error = ? where transform_number = ?",
        [FAILED if error else OK, error, number],
    )


def why_unpublishable(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Say why the marts may not be published, None when they may.

    A partial transform that went well proves nothing about the marts that it left out, so it clears no failure.
    """
    row = connection.execute(
        """
        select status, error from results.transforms
        where not (is_partial and status = 'ok')
        order by transform_number desc limit 1
        """
    ).fetchone()
    if row is None:
        return "nothing was transformed yet"
    status, error = row
    if status == RUNNING:
        return "the last transform did not end"
    return f"the last transform failed: {error}" if status == FAILED else None
