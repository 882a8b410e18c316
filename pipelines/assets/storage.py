"""Dagster's own SQLite event log, with its connections kept.

Dagster opens the database anew for each of the thousands of statements of a run, and waits for the disk after each:
on two cores that was half of a night's time. What is kept here is Dagster's record of runs, not the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event


class KeptEventLog(SqliteEventLogStorage):
    """The same files and tables as Dagster's own, so that either can read what the other wrote."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptEventLog":
        """Return the storage under DAGSTER_HOME, where Dagster's own would lie."""
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    def has_table(self, table_name: str) -> bool:
        """Tell whether the table is there. Asked twice for every event; a table never goes."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # One connection a database, and one statement at a time on it: Dagster calls from several threads.
        with self._db_lock:
            engine = self._engine(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        known = self._engines.get(shard)
        if known is None:
            known = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(known, "connect", _wait_less)
            if shard not in self._initialized_dbs:
                self._initdb(known)
                self._initialized_dbs.add(shard)
            self._engines[shard] = known
        return known

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _wait_less(connection: Any, _record: object) -> None:
    """Wait for the disk at checkpoints only: a power cut may lose the last events of a run, never the database."""
    connection.execute("pragma synchronous = normal")
