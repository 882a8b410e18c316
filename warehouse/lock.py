"""One lock under every writer, whoever starts it: a terminal, cron or Dagster's page."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

_held: dict[Path, int] = {}


class Locked(RuntimeError):
    """Another writer holds the lock. The message says who, and since when."""


def holder(path: Path) -> str | None:
    """Say who holds the lock and since when, or None when it is free."""
    try:
        file = path.open("r+")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _describe(file)
    return None


def _describe(file: IO[str]) -> str:
    file.seek(0)
    try:
        note = json.loads(file.read())
    except json.JSONDecodeError:
        return "another command that has only just started"
    return f"`{note['command']}` (process {note['pid']} on {note['host']}) since {note['since']}"


@contextmanager
def exclusive(path: Path, *, command: str, since: datetime) -> Iterator[None]:
    """Hold the lock for the block. Re-entrant within the process; the kernel frees it when the process dies.

    Raises:
        Locked: another process holds it.
    """
    path = path.resolve()
    if _held.get(path):
        _held[path] += 1
        try:
            yield
        finally:
            _held[path] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(f"{_describe(file)} is writing; wait until it ends and try again") from None
        file.truncate(0)
        note = {
            "command": command,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": since.isoformat(timespec="seconds"),
        }
        file.write(json.dumps(note))
        file.flush()
        _held[path] = 1
        try:
            yield
        finally:
            _held.pop(path)
            file.truncate(0)
