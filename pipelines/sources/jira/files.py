"""Reads the files of one folder of a recording and checks their outer shape."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipelines.sources.base import RecordingError, mapping_of
from pipelines.sources.jira.values import site_of

FILES = (
    "issues.json",
    "changelogs.json",
    "statuses.json",
    "board_configuration.json",
    "remotelinks.json",
    "comments.json",
    "deleted.json",
)


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of a folder hold, empty where one is absent; the rows themselves are not checked."""

    issues: list[Any]
    changelogs: dict[str, Any]
    statuses: list[Any]
    boards: list[Any]
    remotelinks: dict[str, Any]
    comments: dict[str, Any]
    deleted: list[Any]

    @classmethod
    def opened(cls, folder: Path) -> "Files":
        """Read a folder.

        Raises:
            RecordingError: a file cannot be read, is not JSON, or holds another shape than the layout says.
        """
        return cls(
            issues=_list(folder / "issues.json", "issues"),
            changelogs=_lists(folder / "changelogs.json"),
            statuses=_list(folder / "statuses.json", "values"),
            boards=_boards(folder / "board_configuration.json"),
            remotelinks=_lists(folder / "remotelinks.json"),
            comments=_lists(folder / "comments.json"),
            deleted=_list(folder / "deleted.json"),
        )


def instance_of(files: Files) -> str | None:
    """Return the site that a folder's rows are of, None where no row tells it."""
    for found in (files.issues, files.statuses, files.boards):
        for row in found:
            if site := _site(mapping_of(row).get("self")):
                return site
    for address in _addresses([files.remotelinks, files.comments, files.changelogs]):
        if site := _site(address):
            return site
    return None


def _site(address: Any) -> str | None:
    """Return the site of one of Jira's own addresses; a page that a ticket links to is none."""
    if not isinstance(address, str) or not address.startswith("http") or "/rest/" not in address:
        return None
    return site_of(address.partition("/rest/")[0])


def _addresses(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield value.get("self")
        for part in value.values():
            yield from _addresses(part)
    elif isinstance(value, list):
        for part in value:
            yield from _addresses(part)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")


def _list(file: Path, envelope: str = "") -> list[Any]:
    content = _read(file) if file.exists() else []
    if isinstance(content, dict) and isinstance(content.get(envelope), list):
        content = content[envelope]
    if not isinstance(content, list):
        raise RecordingError(f"{file} must hold a list; put the vendor's own list there")
    return content


def _boards(file: Path) -> list[Any]:
    content = _read(file) if file.exists() else []
    if not isinstance(content, list | dict):
        raise RecordingError(f"{file} must hold a board's configuration or a list of them; put the vendor's own there")
    return [content] if isinstance(content, dict) else content


def _lists(file: Path) -> dict[str, Any]:
    content = _read(file) if file.exists() else {}
    if not isinstance(content, dict):
        raise RecordingError(f"{file} must hold an object from each ticket to its list; put one there")
    return content
