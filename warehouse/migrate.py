"""Brings a database file to the newest schema: numbered files, forward only, each applied once."""

from pathlib import Path

import duckdb

from warehouse.connection import WarehouseError, transaction

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply the migrations that this file does not have yet; return their names.

    Raises:
        WarehouseError: the file was written by a newer Storyline.
    """
    connection.execute("create table if not exists main.schema_migrations (name varchar not null)")
    applied = {str(row[0]) for row in connection.execute("select name from main.schema_migrations").fetchall()}
    files = {file.stem: file for file in sorted(MIGRATIONS.glob("*.sql"))}
    unknown = sorted(applied - files.keys())
    if unknown:
        raise WarehouseError(
            f"the warehouse has migration {unknown[0]}, which this version does not know; upgrade Storyline"
        )
    missing = [name for name in files if name not in applied]
    for name in missing:
        with transaction(connection):
            connection.execute(files[name].read_text())
            connection.execute("insert into main.schema_migrations values (?)", [name])
    return missing
