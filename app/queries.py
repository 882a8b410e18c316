"""Every SELECT the report makes: marts of the published file only, opened for reading, cached by file and time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from app import message_statements, statements, story_statements
from app.statements import Statement
from pipelines.settings import load_settings
from warehouse.connection import WarehouseError, reader
from warehouse.serving import resolve


class NothingPublished(RuntimeError):
    """There is no serving file yet; the view teaches how to get one."""


class Unreadable(RuntimeError):
    """The serving file or one of its marts cannot be read. The message says which, and what to do."""


@dataclass(frozen=True)
class Serving:
    """One published version: its own file name, never the link, and when it was written (nanoseconds)."""

    path: Path
    modified: int


@dataclass(frozen=True)
class Scope:
    """What the filter bar asks for; None is all of them. `weeks` is the period, and that before it."""

    weeks: int = 13
    team: str | None = None
    service: str | None = None


def serving() -> Serving:
    """Return the version that the link names at this moment.

    Raises:
        NothingPublished: nothing was published yet.
    """
    try:
        path = resolve(load_settings())
        return Serving(path, path.stat().st_mtime_ns)
    except (WarehouseError, FileNotFoundError) as error:
        raise NothingPublished(str(error)) from error


def read(version: Serving, statement: Statement, values: dict[str, Any] | None = None) -> pl.DataFrame:
    """Return a statement's rows with exactly the columns and types that it declares.

    Raises:
        Unreadable: the file is broken, or a mart or a column that the statement needs is not in it.
    """
    bound = tuple(sorted((values or {}).items()))
    frame = _read(str(version.path), version.modified, statement.sql, bound)
    return frame.select(pl.col(name).cast(kind) for name, kind in statement.columns.items())


@st.cache_data(max_entries=128, show_spinner=False)
def _read(path: str, modified: int, sql: str, values: tuple[tuple[str, Any], ...]) -> pl.DataFrame:  # noqa: ARG001
    # `modified` is part of the cache's key: a file written anew under an old name is another version.
    try:
        with reader(Path(path)) as connection:
            return connection.execute(sql, dict(values)).pl()
    except (WarehouseError, duckdb.IOException, duckdb.CatalogException, duckdb.BinderException) as error:
        raise Unreadable(_told(Path(path), error)) from error


def _told(path: Path, error: Exception) -> str:
    lost = re.search(r"Table with name (\w+) does not exist", str(error))
    if lost:
        return f"The mart {lost[1]} is not in {path.name}; run `storyline transform`, then `storyline publish`."
    if isinstance(error, duckdb.BinderException):
        column = re.search(r'column "(\w+)" not found', str(error))
        name = f"the column {column[1]}" if column else "a column"
        return f"The marts in {path.name} lack {name}; run `storyline transform`, then `storyline publish`."
    return f"{path.name} cannot be read as a database; run `storyline publish` to write it anew."


def line_of_stories(version: Serving, scope: Scope, *, finished: bool = True, limit: int = 10) -> pl.DataFrame:
    """One row per story and stage of the last finished (or else open) stories, newest first."""
    return read(version, statements.LINE, {"team": scope.team, "finished": finished, "limit": limit})


def median_stages(version: Serving, scope: Scope, *, finished: bool = True, limit: int = 10) -> pl.DataFrame:
    """One row per stage that at least half of those stories passed, with its median in seconds and n."""
    return read(version, statements.MEDIAN_STAGES, {"team": scope.team, "finished": finished, "limit": limit})


def delivery_weeks(version: Serving, scope: Scope) -> pl.DataFrame:
    """One row per metric and week under the definition `dora`, twice the period long; see `statements.DORA`."""
    values = {"weeks": 2 * scope.weeks, "team": scope.team, "service": scope.service}
    return read(version, statements.DORA, values)


def merged_changes(version: Serving) -> int:
    """How many changes were merged, whether or not a deployment carried them."""
    return int(read(version, statements.MERGED)["merged"][0])


def sources(version: Serving) -> pl.DataFrame:
    """One row per source and instance: when it was last read and when its newest event happened."""
    return read(version, statements.SOURCES)


def checks(version: Serving) -> pl.DataFrame:
    """One row per data quality check and scope, the worst first."""
    return read(version, statements.CHECKS)


def refusals(version: Serving) -> pl.DataFrame:
    """One row per kind of link and reason for which it was not made."""
    return read(version, statements.REFUSALS)


def quarantine(version: Serving) -> pl.DataFrame:
    """One row per source, stream and reason, with an example record."""
    return read(version, statements.QUARANTINE)


def story(version: Serving, key: str) -> dict[str, Any] | None:
    """A story's own row with its milestones, or None when no ticket has this key."""
    found = read(version, story_statements.STORY, {"key": key})
    return found.row(0, named=True) if len(found) else None


def story_events(version: Serving, key: str) -> pl.DataFrame:
    """A story's events in order, each with its lane, label and address."""
    return read(version, story_statements.STORY_EVENTS, {"key": key})


def story_visits(version: Serving, key: str) -> pl.DataFrame:
    """A story's visits to statuses in order; the one it is in has no end."""
    return read(version, story_statements.STORY_VISITS, {"key": key})


def story_links(version: Serving, key: str) -> pl.DataFrame:
    """Why each thing is, or is not, tied to a story: rule, confidence, reason."""
    return read(version, story_statements.STORY_LINKS, {"key": key})


def story_keys(version: Serving) -> list[str]:
    """Every measured story's key, the last one touched first."""
    return read(version, story_statements.STORY_KEYS)["story_key"].to_list()


def messages(version: Serving) -> pl.DataFrame:
    """One row per message to a ticket, with its story's title and team, the story shipped last first."""
    return read(version, message_statements.MESSAGES)


def message_changes(version: Serving, ids: Sequence[str]) -> pl.DataFrame:
    """Each change of the state of these messages, in order."""
    return read(version, message_statements.CHANGES, {"ids": ",".join(ids)})


def message_texts(version: Serving, ids: Sequence[str]) -> pl.DataFrame:
    """Each text that these messages had, in order, with the facts it rests on."""
    return read(version, message_statements.TEXTS, {"ids": ",".join(ids)})


def switched_on(version: Serving) -> dict[str, datetime]:
    """Since when messages are shown (`dry_run`) and sent (`on`), as far as either ever was."""
    return dict(read(version, message_statements.SWITCHES).iter_rows())


def teams(version: Serving) -> list[str]:
    """The teams that own a measured story or a deployment, by name."""
    return read(version, statements.TEAMS)["team"].to_list()


def services(version: Serving) -> list[str]:
    """The services that deployed to production, the busiest first."""
    return read(version, statements.SERVICES)["service"].to_list()


def as_of(version: Serving) -> datetime | None:
    """The moment up to which the marts tell: when the last source was last read."""
    moments = [moment for moment in sources(version)["last_observed_at"].to_list() if moment]
    return max(moments, default=None)
