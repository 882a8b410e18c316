"""Turns a folder of recorded responses into raw records. A sub-folder is another team or workspace."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from pipelines.clock import parse_time
from pipelines.events.ids import canonical_json
from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.linear.values import workspace_of
from pipelines.sources.values import text

FILES = ("issues.json", "workflow_states.json", "deleted.json")
Records = Iterator[RawRecord | BadRecord]


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of a folder hold, empty where one is absent; the rows themselves are not checked."""

    issues: list[Any]
    states: list[Any]
    deleted: list[Any]

    @classmethod
    def opened(cls, folder: Path) -> "Files":
        """Read a folder.

        Raises:
            RecordingError: a file cannot be read, is not JSON, or holds no list.
        """
        issues, states, deleted = (_list(folder / name) for name in FILES)
        return cls(issues, states, deleted)

    @property
    def workspace(self) -> str | None:
        """The workspace of the issues' own addresses, None where none tells it."""
        found = (workspace_of(mapping_of(issue).get("url")) for issue in self.issues)
        return next((name for name in found if name is not None), None)


def read_recording(folder: Path) -> Records:
    """Walk a recording: the folder's own files, then each sub-folder's.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if any((path / name).exists() for name in FILES)]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put files such as {FILES[0]} into it or a sub-folder")
    instances: dict[Path, str] = {}
    for path in readable:
        files = Files.opened(path)
        above = next((instances[parent] for parent in path.parents if parent in instances), None)
        instances[path] = files.workspace or above or UNKNOWN_INSTANCE
        yield from _records(instances[path], files)


def _records(instance: str, files: Files) -> Records:
    for index, row in enumerate(files.states):
        key = text(mapping_of(row).get("id"))
        if key is None:
            reason = f"row {index} of workflow_states.json is no object with an id"
            yield BadRecord(instance, "workflow_states", f"workflow_states.json[{index}]", reason, canonical_json(row))
        else:
            yield RawRecord(instance, "workflow_states", key, row, version_of(row))
    for index, row in enumerate(files.issues):
        key = text(mapping_of(row).get("id")) or text(mapping_of(row).get("identifier"))
        if key is None:
            reason = f"row {index} of issues.json is no object with an id"
            yield BadRecord(instance, "issues", f"issues.json[{index}]", reason, canonical_json(row))
        else:
            yield cut_short(instance, row) or RawRecord(instance, "issues", key, row, version_of(row))
    known = {text(mapping_of(row).get("identifier")): row for row in files.issues}
    for index, key in enumerate(files.deleted):
        if not isinstance(key, str) or not key:
            reason = f"row {index} of deleted.json is no identifier of an issue"
            yield BadRecord(instance, "deletions", f"deleted.json[{index}]", reason, canonical_json(key))
            continue
        yield deletion(instance, key, known.get(key))


def version_of(row: Any) -> datetime | None:
    """Return when a thing was last updated, None where it does not tell."""
    updated = mapping_of(row).get("updatedAt")
    try:
        return parse_time(updated) if isinstance(updated, str) else None
    except (ValueError, OverflowError):
        return None


def cut_short(instance: str, issue: Any) -> BadRecord | None:
    """Return an issue as a bad record where its history lacks something, None where it is whole.

    A part of it would supersede the whole that the log has, and from it alone every visit would be told wrong.
    """
    history = issue.get("history")
    if not isinstance(mapping_of(history).get("nodes"), list):
        missing = "it has no history, so its moves are unknown; record it with history { nodes }"
    elif mapping_of(mapping_of(history).get("pageInfo")).get("hasNextPage") is True:
        missing = "its history is cut short; read what follows into history.nodes, and set hasNextPage to false"
    else:
        return None
    key = text(issue.get("id")) or str(issue.get("identifier"))
    return BadRecord(instance, "issues", key, f"{issue.get('identifier')}: {missing}", canonical_json(issue))


def deletion(instance: str, key: str, issue: Any) -> RawRecord:
    """Return the record that an issue is gone: which version of it, where that is known."""
    version, issue_id = version_of(issue), text(mapping_of(issue).get("id"))
    body = {"key": key} | ({"id": issue_id} if issue_id else {})
    body |= {"last_updated_at": version.isoformat()} if version else {}
    return RawRecord(instance, "deletions", key, body, is_bare_deletion=version is None)


def _list(file: Path) -> list[Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refuse) if file.exists() else []
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error
    if not isinstance(found, list):
        raise RecordingError(f"{file} must hold a list; put the nodes of the vendor's answers there")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
