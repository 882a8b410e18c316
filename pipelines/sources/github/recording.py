"""Turns a folder of recorded responses into raw records: one a thing, or one list a thing.

Lists in flat files are grouped by number, and a number that is known but has no row gets an empty list: so a
deleted comment disappears. In `{id: [...]}` files a missing id says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.events.ids import canonical_json
from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.github.loading import lists_of, read_json, rows_of
from pipelines.sources.github.place import Place, find_place
from pipelines.sources.github.rows import (
    first_moment,
    identity,
    is_pull_request,
    moment,
    newest,
    number_of,
    version_of_row,
)

Records = Iterator[RawRecord | BadRecord]

# File, stream, envelope, field of the id, key after the repository's name, fields of the version's time.
_ENTITIES = (
    ("pulls.json", "pull_requests", None, "number", "#", ("updated_at",)),
    ("issues.json", "issues", None, "number", "#", ("updated_at",)),
    ("deployments.json", "deployments", None, "id", "/", ("updated_at", "created_at")),
    ("releases.json", "releases", None, "id", "/", ("updated_at", "published_at", "created_at")),
    ("commits.json", "commits", None, "sha", "@", ()),
    ("actions_runs.json", "actions_runs", "workflow_runs", "id", "/", ("updated_at", "created_at")),
)
# File, stream, key, field that a row must have (None: some kinds have no id).
_LISTS = (
    # Before the commits: a timeline tells the same commits, but without the account.
    ("pull_timeline.json", "pull_timeline", "#", None),
    ("pull_commits.json", "pull_commits", "#", "sha"),
    ("pull_reviews.json", "pull_reviews", "#", "id"),
    ("deployment_statuses.json", "deployment_statuses", "/", "id"),
)
# File, stream, the files whose numbers may have such rows.
_FLAT_LISTS = (
    ("issue_comments.json", "issue_comments", ("pulls.json", "issues.json")),
    ("issue_events.json", "issue_events", ("pulls.json", "issues.json")),
    ("review_comments.json", "review_comments", ("pulls.json",)),
)
_JOBS = "actions_jobs.json"
LAYOUT = (
    "repository.json",
    *(entity[0] for entity in _ENTITIES),
    *(group[0] for group in (*_LISTS, *_FLAT_LISTS)),
    _JOBS,
)


def read_recording(folder: Path) -> Records:
    """Walk a recording of one repository, or one sub-folder a repository.

    Raises:
        RecordingError: there is nothing to read, a file is not what the layout calls for, or nothing says which
            repository it is.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if any((path / name).exists() for name in LAYOUT)]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put files such as {LAYOUT[1]} into it or a sub-folder")
    for path in readable:
        yield from _Recording.opened(path).records()


@dataclass(frozen=True, slots=True)
class _Recording:
    """One repository's files, read."""

    folder: Path
    place: Place
    rows: dict[str, list[Any]]
    lists: dict[str, dict[str, Any]]
    versions: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: Path) -> "_Recording":
        envelopes = {name: envelope for name, _, envelope, *_ in _ENTITIES} | {name: None for name, *_ in _FLAT_LISTS}
        rows = {
            name: found
            for name, envelope in envelopes.items()
            if (found := rows_of(folder, name, envelope)) is not None
        }
        names = [name for name, *_ in _LISTS] + [_JOBS]
        lists = {name: groups for name in names if (groups := lists_of(folder, name)) is not None}
        everything = (row for found in rows.values() for row in found)
        nested = (
            row for found in lists.values() for group in found.values() if isinstance(group, list) for row in group
        )
        place = find_place(folder, (row for source in (everything, nested) for row in source))
        recording = cls(folder, place, rows, lists)
        recording._remember_versions()
        return recording

    def _remember_versions(self) -> None:
        """Keep each parent's own time: a list that belongs to it is as new as it is."""
        for name, id_field, mark in (
            ("pulls.json", "number", "#"),
            ("issues.json", "number", "#"),
            ("deployments.json", "id", "/"),
        ):
            for row in self.rows.get(name, ()):
                key, version = identity(row, id_field), moment(mapping_of(row).get("updated_at"))
                if key is not None and version is not None:
                    known = self.versions.get(mark + key)
                    self.versions[mark + key] = max(known, version) if known else version

    def records(self) -> Records:
        yield from self._repository()
        for entity in _ENTITIES:
            yield from self._entities(*entity)
        for group in _LISTS:
            yield from self._lists(*group)
        for flat in _FLAT_LISTS:
            yield from self._flat_lists(*flat)
        yield from self._jobs()

    def _repository(self) -> Records:
        file = self.folder / "repository.json"
        if file.exists():
            body = read_json(file)
            yield self._record("repository", "", body, first_moment(body, ("updated_at", "pushed_at")))

    def _entities(
        self, name: str, stream: str, _: str | None, id_field: str, mark: str, versions: tuple[str, ...]
    ) -> Records:
        for index, row in enumerate(self.rows.get(name, ())):
            key = identity(row, id_field)
            if key is None:
                yield self._bad(
                    stream, f"{name}[{index}]", row, f"row {index} of {name} is no object with {id_field!r}"
                )
            elif stream == "issues" and is_pull_request(row):
                continue
            else:
                version = first_moment(row, versions) if versions else version_of_row(row)
                key += f".{row.get('run_attempt') or 1}" if stream == "actions_runs" else ""
                yield self._record(stream, mark + key, row, version)

    def _lists(self, name: str, stream: str, mark: str, id_field: str | None) -> Records:
        for parent, rows in self.lists.get(name, {}).items():
            if not isinstance(rows, list):
                yield self._bad(stream, f"{name}[{parent}]", rows, f"{name} holds no list for {parent}")
                continue
            good = []
            for index, row in enumerate(rows):
                if isinstance(row, dict) and (id_field is None or identity(row, id_field) is not None):
                    good.append(row)
                else:
                    reason = f"row {index} for {parent} in {name} is no object with {id_field or 'event'!r}"
                    yield self._bad(stream, f"{name}[{parent}][{index}]", row, reason)
            yield self._list_record(stream, mark + parent, good)

    def _flat_lists(self, name: str, stream: str, parents: tuple[str, ...]) -> Records:
        if name not in self.rows:
            return
        known = (identity(row, "number") for parent in parents for row in self.rows.get(parent, ()))
        groups: dict[str, list[Any]] = {number: [] for number in known if number is not None}
        for index, row in enumerate(self.rows[name]):
            number = number_of(mapping_of(row))
            if number is None or identity(row, "id") is None:
                reason = f"row {index} of {name} is no object with an id and the address of its parent"
                yield self._bad(stream, f"{name}[{index}]", row, reason)
            else:
                groups.setdefault(str(number), []).append(row)
        for number_text, rows in groups.items():
            # Vendors list oldest or newest first as asked; the order must not look like a change.
            yield self._list_record(stream, "#" + number_text, sorted(rows, key=lambda row: str(row["id"]).zfill(24)))

    def _jobs(self) -> Records:
        for run, rows in self.lists.get(_JOBS, {}).items():
            for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
                key = identity(row, "id")
                if key is None:
                    reason = f"row {index} for {run} in {_JOBS} is no object with 'id'"
                    yield self._bad("actions_jobs", f"{_JOBS}[{run}][{index}]", row, reason)
                else:
                    version = newest(moment(row.get(name)) for name in ("completed_at", "started_at", "created_at"))
                    yield self._record("actions_jobs", "/" + key, row, version)

    def _list_record(self, stream: str, key: str, rows: list[Any]) -> RawRecord:
        version = self.versions.get(key) or newest(version_of_row(row) for row in rows)
        return self._record(stream, key, rows, version)

    def _record(self, stream: str, key: str, body: Any, version: datetime | None) -> RawRecord:
        return RawRecord(self.place.instance, stream, self.place.repository + key, body, version)

    def _bad(self, stream: str, key: str, row: Any, reason: str) -> BadRecord:
        place = self.place
        return BadRecord(place.instance, stream, f"{place.repository}/{key}", reason, canonical_json(row))
