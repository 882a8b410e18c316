"""What `storyline doctor` says of write-back: its mode, where it may write, and what waits or failed. Reads only."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import cast

import duckdb

from pipelines.connections import connected, connection_of, network_of
from pipelines.outbox.policy import WRITING
from pipelines.settings import Settings, SettingsError
from pipelines.sources.live import Finding
from pipelines.sources.registry import sources
from pipelines.sources.writing import RightsTold, WritableSource
from pipelines.writeback_settings import Writeback
from warehouse.connection import WarehouseError, reader
from warehouse.serving import resolve

_NOWHERE = "no source that can be written to is connected, so nothing can be sent"
_SWITCHED = "select switched_at from marts.fct_writeback_switches where switched_to = ?"
_COUNTS = """
select
    count(*) filter (where state = 'pending') as waiting, count(*) filter (where state = 'failed') as failed,
    count(*) filter (where state = 'approved' and error is not null) as troubled,
    count(*) filter (where state = 'sent') as standing, arg_max(error, created_at) filter (where error is not null)
from marts.fct_messages
"""


def writeback(settings: Settings) -> Iterator[Finding]:
    """Say what write-back does by the settings, whether the vendors let it, and what it has come to."""
    yield _mode(settings)
    if settings.writeback.mode != "off":
        yield from _places(settings)
    yield from _messages(settings)


def _mode(settings: Settings) -> Finding:
    told = settings.writeback
    if told.mode == "off":
        return Finding("ok", "write-back is off: no message is made (writeback.mode)")
    group, told_by = ("on" if told.mode in WRITING else "dry_run"), "writeback.enabled_at"
    since = told.enabled_at
    if since is None:
        since, told_by = _first(settings, group), "its first run"
    when = f" since {since:%Y-%m-%d %H:%M} UTC, by {told_by}" if since else "; it has not run yet"
    does = {
        "dry_run": "messages are made and shown, none is sent", "approve": "what a person approved is sent",
        "auto": "every message is sent",
    }[told.mode]  # fmt: skip
    return Finding("ok", f"write-back is in mode {told.mode}{when}: {does}")


def _first(settings: Settings, group: str) -> datetime | None:
    try:
        with reader(resolve(settings)) as connection:
            found = connection.execute(_SWITCHED, [group]).fetchall()
    except (WarehouseError, duckdb.Error):
        return None
    return cast(datetime, found[0][0]) if found else None


def _places(settings: Settings) -> Iterator[Finding]:
    """Say which connected sources can be written to, and whether their tokens may."""
    told = settings.writeback
    names = {name: kinds for name in connected(settings) if (kinds := _kinds(told, name))}
    if not names:
        yield Finding("act" if told.mode in WRITING else "warn", f"{_NOWHERE}; run `storyline init`")
    for name, kinds in names.items():
        for found in _rights(settings, name, kinds):
            # What is only shown lacks no right yet.
            is_early = found.status == "act" and told.mode not in WRITING
            yield replace(found, status="warn") if is_early else found


def _kinds(told: Writeback, name: str) -> list[str]:
    """Return the kinds of messages that a source takes and the settings send."""
    source = sources().get(name)
    writes: frozenset[str] = source.writes if isinstance(source, WritableSource) else frozenset()
    return sorted(kind for kind in writes if told.lacks(kind) is None)


def _rights(settings: Settings, name: str, kinds: Sequence[str]) -> Iterator[Finding]:
    source = sources()[name]
    assert isinstance(source, WritableSource), "it was chosen for that"
    try:
        connection = connection_of(settings, name)
        # A person waits: one try, and no waiting for a limit.
        network = replace(network_of(settings), attempts=1, max_wait_seconds=0)
    except SettingsError as error:
        yield Finding("act", f"nothing can be written to {name}: {error}")
        return
    places = _chosen(settings.writeback, getattr(connection, type(connection).walked))
    # Two kinds may need the same right.
    told, silent = dict[str, Finding](), list[str]()
    for kind in kinds:
        with closing(source.writer(kind, connection, network)) as writer:
            if not isinstance(writer, RightsTold):
                silent.append(kind.replace("_", " "))
            elif places:
                told |= {found.sentence: found for found in writer.rights(places)}
            else:
                none = f"nothing of {name} is written to, by writeback.projects and excluded_projects"
                told[none] = Finding("ok", none)
    yield from told.values()
    if silent:
        yield Finding("ok", f"{name} takes messages of {', '.join(silent)}; it is not asked whether the token may")


def _chosen(told: Writeback, places: tuple[str, ...]) -> list[str]:
    """Return the projects that are written to, of those that are walked."""
    wanted = [place for place in places if place not in told.excluded_projects]
    return [place for place in wanted if place in told.projects] if told.projects else wanted


def _messages(settings: Settings) -> Iterator[Finding]:
    try:
        with reader(resolve(settings)) as connection:
            row = connection.execute(_COUNTS).fetchone()
    except (WarehouseError, duckdb.Error):
        # That nothing can be read is said where freshness is.
        return
    assert row is not None, "an aggregate always gives a row"
    waiting, failed, troubled, standing, error = row
    is_due = waiting and settings.writeback.mode == "approve"
    whom = "; `storyline writeback` shows them" if is_due else ""
    yield Finding(
        "warn" if is_due else "ok",
        f"write-back: {_counted(waiting)} {'waits' if waiting == 1 else 'wait'}"
        f"{' for a person' if is_due else ''}, {standing:,} on tickets, as published{whom}",
    )
    if failed or troubled:
        what = f"{_counted(failed)} failed" if failed else f"{_counted(troubled)} could not be sent yet"
        yield Finding(
            "act" if failed else "warn",
            f"write-back: {what}; the last answer was: {error}; `storyline writeback` shows them, and how to try again",
        )


def _counted(number: int) -> str:
    return f"{number:,} message{'' if number == 1 else 's'}"
