"""Turns a folder of recorded responses into raw records. A sub-folder is another project of the same kind.

Lists that belong to a ticket (comments, remote links) are kept with the ticket's id, which their own rows do not tell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.ids import canonical_json
from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.jira.files import FILES, Files, instance_of
from pipelines.sources.values import rows, text

Records = Iterator[RawRecord | BadRecord]

# What the changelog calls a remote link, on Cloud and before.
_REMOTE_LINK_FIELDS = ("RemoteWorkItemLink", "RemoteIssueLink")


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
        instance = instance_of(files) or above or UNKNOWN_INSTANCE
        instances[path] = instance
        yield from _Project(instance, files).records()


@dataclass(frozen=True, slots=True)
class _Project:
    """One folder's files, read, and the site that they are of."""

    instance: str
    files: Files

    def records(self) -> Records:
        yield from self._entities("statuses.json", "statuses", self.files.statuses)
        yield from self._entities("board_configuration.json", "board_configuration", self.files.boards)
        yield from self._issues()
        yield from self._lists("remotelinks.json", "remotelinks", self.files.remotelinks)
        yield from self._lists("comments.json", "comments", self.files.comments)
        yield from self._deletions()

    def _entities(self, name: str, stream: str, found: list[Any]) -> Records:
        for index, row in enumerate(found):
            key = text(mapping_of(row).get("id"))
            if key is None:
                yield self._bad(stream, f"{name}[{index}]", f"row {index} of {name} is no object with an id", row)
            else:
                yield RawRecord(self.instance, stream, key, row)

    def _issues(self) -> Records:
        seen = set()
        for index, row in enumerate(self.files.issues):
            key = text(mapping_of(row).get("id"))
            if key is None:
                reason = f"row {index} of issues.json is no object with an id"
                yield self._bad("issues", f"issues.json[{index}]", reason, row)
                continue
            seen.add(key)
            issue = united(row, self.files.changelogs.get(key))
            yield cut_short(self.instance, issue) or RawRecord(self.instance, "issues", key, issue, version_of(row))
        for key, histories in self.files.changelogs.items():
            if key not in seen:
                reason = f"changelogs.json has histories of issue {key}, which issues.json lacks"
                yield self._bad("issues", f"changelogs.json[{key}]", reason, histories)

    def _lists(self, name: str, stream: str, lists: Mapping[str, Any]) -> Records:
        issues = self._issues_by_key
        for key, found in lists.items():
            if not isinstance(found, list):
                yield self._bad(stream, key, f"{name} holds no list for {key}", found)
                continue
            issue = issues.get(key, {})
            issue_id = text(issue.get("id")) or _id_in_address(found)
            whole = united(issue, self.files.changelogs.get(str(issue.get("id")))) if issue else {}
            yield list_record(self.instance, stream, {"key": key, "id": issue_id, **whole}, found)

    def _deletions(self) -> Records:
        issues = self._issues_by_key
        for index, key in enumerate(self.files.deleted):
            if not isinstance(key, str) or not key:
                reason = f"row {index} of deleted.json is no ticket key"
                yield self._bad("deletions", f"deleted.json[{index}]", reason, key)
                continue
            # A recorder may keep the row of a ticket that is gone: then the recording itself says which version went.
            version = version_of(issues.get(key))
            body = {"key": key} | ({"last_updated_at": version.isoformat()} if version else {})
            yield RawRecord(self.instance, "deletions", key, body, is_bare_deletion=version is None)

    @property
    def _issues_by_key(self) -> dict[str, Mapping[str, Any]]:
        return {str(row.get("key")): row for row in rows(self.files.issues)}

    def _bad(self, stream: str, key: str, reason: str, row: Any) -> BadRecord:
        return BadRecord(self.instance, stream, key, reason, canonical_json(row))


def version_of(issue: Any) -> datetime | None:
    """Return when an issue was last updated, None where it does not tell."""
    updated = mapping_of(mapping_of(issue).get("fields")).get("updated")
    try:
        return parse_time(updated) if isinstance(updated, str) else None
    except (ValueError, OverflowError):
        return None


def _histories(issue: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(rows(mapping_of(issue.get("changelog")).get("histories")))


def united(issue: Mapping[str, Any], more: Any) -> Mapping[str, Any]:
    """Return the issue with the histories that its expanded changelog lacks, in the order of their ids."""
    if not isinstance(more, list):
        return issue
    by_id = {str(history.get("id")): history for history in [*rows(more), *_histories(issue)]}
    histories = [by_id[key] for key in sorted(by_id, key=lambda key: (len(key), key))]
    return {**issue, "changelog": {**mapping_of(issue.get("changelog")), "histories": histories}}


def cut_short(instance: str, issue: Mapping[str, Any]) -> BadRecord | None:
    """Return the issue as a bad record where its history lacks something, None where it is whole.

    A part of it would supersede the whole that the log has, and from it alone the first status, the start and every
    visit would be told wrong.
    """
    changelog = mapping_of(issue.get("changelog"))
    known, total = len({str(history.get("id")) for history in _histories(issue)}), changelog.get("total")
    if "histories" not in changelog:
        missing = "it has no changelog, so its moves are unknown; record it with expand=changelog"
    elif isinstance(total, int) and total > known:
        missing = f"its changelog is cut short at {known} of {total} histories; put the rest into changelogs.json"
    else:
        return None
    return BadRecord(instance, "issues", str(issue["id"]), f"{issue.get('key')}: {missing}", canonical_json(issue))


def list_record(instance: str, stream: str, issue: Mapping[str, Any], found: list[Any]) -> RawRecord:
    """Return the record of a list that belongs to a ticket: its comments, or its remote links.

    Args:
        issue: the ticket with its whole changelog, as far as it is known.
    """
    body: dict[str, Any] = {"issue_key": issue["key"], "issue_id": issue["id"], stream: found}
    if stream == "remotelinks":
        body |= {"issue_created": mapping_of(issue.get("fields")).get("created"), "linked_at": linked_at(issue)}
    return RawRecord(instance, stream, str(issue["key"]), body, version_of(issue))


def linked_at(issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return when each remote link was made, by its id, as far as the changelog tells."""
    return {
        str(item["to"]): history.get("created")
        for history in _histories(issue)
        for item in rows(history.get("items"))
        if item.get("field") in _REMOTE_LINK_FIELDS and item.get("to")
    }


def _id_in_address(found: list[Any]) -> str | None:
    """Return the ticket's id out of the rows' own addresses, as `…/issue/10008/comment/1`."""
    for row in rows(found):
        part = str(row.get("self")).partition("/issue/")[2].partition("/")[0]
        if part.isdigit():
            return part
    return None
