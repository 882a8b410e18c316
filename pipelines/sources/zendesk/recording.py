"""Turns a folder of recorded responses into raw records. A sub-folder is another account, or another part of one."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from pipelines.events.ids import canonical_json
from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.values import rows, text
from pipelines.sources.zendesk.tickets import is_merged, merge_comment, record
from pipelines.sources.zendesk.values import site_of, version_of

FILES = ("tickets.json", "users.json", "comments.json")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def read_recording(folder: Path) -> Iterator[RawRecord | BadRecord]:
    """Walk a recording: the folder's own files, then each sub-folder's.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if (path / FILES[0]).exists()]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put {FILES[0]} into it or a sub-folder")
    for path in readable:
        yield from _records(path)


def _records(folder: Path) -> Iterator[RawRecord | BadRecord]:
    listed = rows_of(folder / "tickets.json", "tickets")
    users = users_by_id([*rows_of(folder / "users.json", "users"), *sideloaded(folder / "tickets.json")])
    comments = mapping_of(_read(folder / "comments.json")) if (folder / "comments.json").exists() else {}
    told = (site_of(mapping_of(row).get("url")) for row in listed)
    instance = next((site for site in told if site), UNKNOWN_INSTANCE)
    newest: dict[str, Mapping[str, Any]] = {}
    for index, row in enumerate(listed):
        key = text(mapping_of(row).get("id"))
        if key is None:
            reason = f"row {index} of tickets.json is no object with an id"
            yield BadRecord(instance, "tickets", f"tickets.json[{index}]", reason, canonical_json(row))
        # The export tells a ticket on several pages where it changed while it was read.
        elif key not in newest or (version_of(row) or _LONG_AGO) >= (version_of(newest[key]) or _LONG_AGO):
            newest[key] = row
    for key, row in newest.items():
        merge = merge_comment(comments.get(key)) if is_merged(row) else None
        yield record(site_of(row.get("url")) or instance, row, users, merge)


def rows_of(file: Path, name: str) -> list[Any]:
    """Return the rows of a file: a list of them, or pages of the export with the rows under their name.

    Raises:
        RecordingError: it cannot be read, or holds neither.
    """
    if not file.exists():
        return []
    content = _read(file)
    pages = content if isinstance(content, list) else [content]
    if pages and all(isinstance(page, dict) and isinstance(page.get(name), list) for page in pages):
        return [row for page in pages for row in page[name]]
    if not isinstance(content, list):
        raise RecordingError(f"{file} must hold a list; put the vendor's own list there")
    return content


def sideloaded(file: Path) -> list[Any]:
    """Return the users that pages of the export carry beside their tickets."""
    content = _read(file)
    pages = content if isinstance(content, list) else [content]
    return [user for page in rows(pages) for user in rows(page.get("users"))]


def users_by_id(found: Any) -> dict[str, Any]:
    """Return users by id as text."""
    return {str(user["id"]): user for user in rows(found) if text(user.get("id"))}


def _read(file: Path) -> Any:
    try:
        # A byte that is no UTF-8 costs one letter, and not the file.
        content = file.read_bytes().decode("utf-8-sig", "replace")
        return json.loads(content, parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
