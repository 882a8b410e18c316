"""Opens the writer's file at its newest schema, under the lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from pipelines.settings import Settings
from warehouse.connection import writer
from warehouse.lock import exclusive
from warehouse.migrate import migrate
from warehouse.segments import show_if_moved


@contextmanager
def open_log(settings: Settings, *, command: str, since: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, migrated, with the writers' lock held for the block.

    Raises:
        Locked: another command is writing.
        WarehouseError: the file cannot be opened or is newer than this version.
    """
    with exclusive(settings.lock, command=command, since=since), writer(settings.database) as connection:
        migrate(connection)
        show_if_moved(connection, settings.segments)
        yield connection
