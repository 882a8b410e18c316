"""Publishes the marts for every reader, since no reader may ever open the writer's file.

A version is a file that never changes once it has its name; `serving.duckdb` is a link to the current one.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.clock import now
from pipelines.settings import Settings
from warehouse.connection import WarehouseError, reader, writer
from warehouse.lock import exclusive
from warehouse.results import why_unpublishable

_SCHEMA = "marts"
_MARTS = """
select table_name, comment
from duckdb_tables() where database_name = current_database() and schema_name = ?
order by table_name
"""
_COLUMNS = """
select column_name, data_type, comment
from duckdb_columns() where database_name = current_database() and schema_name = ? and table_name = ?
order by column_index
"""
_AS_OF = "select as_of from results.transforms order by transform_number desc limit 1"


class NotPublishableError(WarehouseError):
    """The marts may not be published. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """What readers now see.

    Attributes:
        path: the version's own file, which the link names.
        marts: rows by mart.
    """

    path: Path
    marts: dict[str, int]

    @property
    def tables(self) -> int:
        """How many marts it holds."""
        return len(self.marts)

    @property
    def rows(self) -> int:
        """How many rows it holds in all."""
        return sum(self.marts.values())


def resolve(settings: Settings) -> Path:
    """Return the current version's own file. Open this one: within a process DuckDB knows a database by its path.

    Raises:
        WarehouseError: nothing was published yet.
    """
    if not settings.serving.exists():
        raise WarehouseError(f"{settings.serving} does not exist yet; run `storyline nightly` first")
    return settings.serving.resolve()


def publish(settings: Settings, *, command: str = "storyline publish") -> Published:
    """Write the marts to a version of their own and swing the link to it, all or nothing.

    Readers that have an older version open keep reading it. The version's name is told by its content and by the
    moment that the marts stand for, so publishing twice is publishing once.

    Raises:
        NotPublishableError: the last transform failed, was killed, or never was.
        Locked, WarehouseError: the warehouse cannot be opened now.
    """
    with exclusive(settings.lock, command=command, since=now()):
        with reader(settings.database) as connection:
            marts, version = _examine(connection)
        path = settings.home / f"serving-{version}.duckdb"
        if not path.exists():
            _write(settings.database, path, tuple(marts))
        if not (settings.serving.exists() and settings.serving.resolve() == path):
            _swing(settings.serving, path)
    return Published(path, marts)


def _examine(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], str]:
    """Return rows by mart and the version's name: the moment, and a digest of every row, column and description."""
    reason = _refusal(connection)
    if reason:
        raise NotPublishableError(f"nothing published: {reason}; see `storyline transform`")
    marts: dict[str, int] = {}
    digest = hashlib.sha256()
    for name, comment in connection.execute(_MARTS, [_SCHEMA]).fetchall():
        columns = connection.execute(_COLUMNS, [_SCHEMA, name]).fetchall()
        row = connection.execute(
            f'select count(*), sum(hash("{name}")::hugeint) from {_SCHEMA}."{name}" as "{name}"'
        ).fetchone()
        assert row is not None, "an aggregate always gives a row"
        marts[name] = int(row[0])
        digest.update(repr((name, comment, columns, row)).encode())
    if not marts:
        raise NotPublishableError("nothing published: there are no marts; run `storyline transform` first")
    as_of: datetime = connection.execute(_AS_OF).fetchall()[0][0]
    return marts, f"{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:12]}"


def _refusal(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        return why_unpublishable(connection)
    except duckdb.CatalogException:
        return "nothing was transformed yet"


def _write(database: Path, path: Path, marts: tuple[str, ...]) -> None:
    """Write the version under a name that no reader looks for, and give it its own once it is whole on disk."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        _copy(database, unfinished, marts)
        _sync(unfinished)
    except (duckdb.Error, OSError) as error:
        raise WarehouseError(
            f"{path} cannot be written: {str(error).splitlines()[0]}; readers keep the version before: "
            "make room on the disk and publish again"
        ) from error
    unfinished.replace(path)
    _sync(path.parent)


def _copy(database: Path, unfinished: Path, marts: tuple[str, ...]) -> None:
    with writer(unfinished) as connection:
        connection.execute(f"attach '{str(database).replace(chr(39), chr(39) * 2)}' as warehouse (read_only)")
        connection.execute(f"create schema {_SCHEMA}")
        for name in marts:
            connection.execute(f'create table {_SCHEMA}."{name}" as from warehouse.{_SCHEMA}."{name}"')
        _describe(connection)
        connection.execute("detach warehouse")
        connection.execute("checkpoint")


def _describe(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the descriptions of tables and columns along: analysts read them in their own tool."""
    statements = connection.execute(
        f"""
        select 'comment on table {_SCHEMA}."' || table_name || '" is ' || '''' || replace(comment, '''', '''''') || ''''
        from duckdb_tables()
        where database_name = 'warehouse' and schema_name = '{_SCHEMA}' and comment is not null
        union all
        select
            'comment on column {_SCHEMA}."' || table_name || '"."' || column_name || '" is '
            || '''' || replace(comment, '''', '''''') || ''''
        from duckdb_columns()
        where database_name = 'warehouse' and schema_name = '{_SCHEMA}' and comment is not null
        """
    ).fetchall()
    for (statement,) in statements:
        connection.execute(statement)


def _swing(link: Path, path: Path) -> None:
    """Point the link to the version in one step, and delete versions that are neither current nor the one before."""
    before = link.resolve()
    unfinished = link.with_suffix(".link")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(path.name)
    unfinished.replace(link)
    _sync(link.parent)
    for version in _left_behind(link.parent):
        if version not in (path, before):
            version.unlink(missing_ok=True)


def _left_behind(home: Path) -> Iterator[Path]:
    """Every version, and what a killed publish left of one."""
    yield from home.glob("serving-*.duckdb")
    yield from home.glob("serving-*.unfinished*")


def _sync(path: Path) -> None:
    """Wait until the disk has it, so that a power cut after the swing cannot leave a link to half a file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
