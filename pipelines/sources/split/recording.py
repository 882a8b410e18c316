"""Turns polls of the service into raw records: flags, how each stood in each environment, and what changed between.

A definition becomes a record only where it differs from the one before it. The log keeps an observation once for ever,
so its key and its body say which change it is: a flag that is rolled back stands as it stood before, and yet anew.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from pipelines.events.ids import canonical_json
from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.split.connection import INSTANCE
from pipelines.sources.split.people import essence
from pipelines.sources.split.values import moment
from pipelines.sources.values import number, rows, text

Records = Iterator[RawRecord | BadRecord]
FILES = ("splits.json", "definitions.json", "environments.json")


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a workspace, as the service tells it."""

    workspace: str
    environment: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What the keys of its definitions begin with."""
        return f"{self.workspace}/{text(self.environment.get('id'))}/"


def flag_record(workspace: str, flag: Mapping[str, Any]) -> RawRecord:
    """Return the record of a flag; it tells no time of its version, so it is as new as its reading."""
    return RawRecord(INSTANCE, "flags", f"{workspace}/{flag['name']}", {"workspace": workspace, "flag": flag})


def definition_record(
    place: Place, name: str, told: Mapping[str, Any] | None, before: Mapping[str, Any] | None, seen_at: datetime | None
) -> RawRecord | None:
    """Return the record of how a flag stands in an environment, None where it stands as it stood.

    Args:
        told: None where the environment has the flag no longer.
        before: the body of its newest record, None where there is none.
        seen_at: when it was asked for, None where a recording does not tell.
    """
    previous = mapping_of(before).get("definition")
    definition = None if told is None else essence(told)
    if before is not None and definition == previous:
        return None
    updated = number(mapping_of(definition).get("lastUpdateTime"))
    body = {
        "workspace": place.workspace,
        "environment": {name: place.environment.get(name) for name in ("id", "name", "production")},
        "flag": name,
        "definition": definition,
        "previous": previous,
    }
    # The service's own time tells the changes apart, unless it stood still or is missing.
    if not updated or updated <= (number(mapping_of(previous).get("lastUpdateTime")) or 0):
        body["seen_at"] = None if seen_at is None else seen_at.isoformat()
    stamp = int(updated) if "seen_at" not in body and updated else _milliseconds(seen_at)
    at = moment(updated) or seen_at
    return RawRecord(INSTANCE, "definitions", f"{place.key}{name}@{stamp}", body, at)


def _milliseconds(at: datetime | None) -> int:
    return 0 if at is None else round(at.timestamp() * 1_000)


def newest(keys: Iterator[str] | list[str]) -> dict[str, str]:
    """Return the newest key of each flag's definitions, by the key without its version."""
    found: dict[str, tuple[float, str]] = {}
    for key in keys:
        stem, _, stamp = key.rpartition("@")
        found[stem] = max(found.get(stem, (-1, "")), (number(stamp) or 0, key))
    return {stem: key for stem, (_, key) in found.items()}


def read_recording(folder: Path) -> Records:
    """Walk a recording: the folder's own files are the first poll, those of each sub-folder a later one.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if any((path / name).exists() for name in FILES)]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put files such as {FILES[0]} into it or a sub-folder")
    polls = _Polls()
    for path in readable:
        yield from polls.read(path)
    yield from polls.flags.values()


@dataclass(slots=True)
class _Polls:
    """What the polls of a recording told so far."""

    flags: dict[str, RawRecord] = field(default_factory=dict)
    bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    environments: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)

    def read(self, folder: Path) -> Records:
        for workspace, listed in _object(folder / "environments.json").items():
            self.environments[workspace] = {str(row.get("id")): row for row in rows(listed)}
        for workspace, listed in _object(folder / "splits.json").items():
            for index, row in enumerate(listed if isinstance(listed, list) else [listed]):
                if (name := text(mapping_of(row).get("name"))) is not None:
                    self.flags[f"{workspace}/{name}"] = flag_record(workspace, row)
                else:
                    yield _bad("flags", f"splits.json[{workspace}][{index}]", row)
        for workspace, by_environment in _object(folder / "definitions.json").items():
            for environment, listed in mapping_of(by_environment).items():
                known = self.environments.get(workspace, {}).get(environment, {"id": environment})
                yield from self._definitions(Place(workspace, known), listed)

    def _definitions(self, place: Place, listed: Any) -> Records:
        for index, row in enumerate(listed if isinstance(listed, list) else [listed]):
            name = text(mapping_of(row).get("name"))
            if name is None:
                yield _bad("definitions", f"definitions.json[{place.key}][{index}]", row)
                continue
            record = definition_record(place, name, row, self.bodies.get(place.key + name), None)
            if record is not None:
                self.bodies[place.key + name] = record.body
                yield record


def _bad(stream: str, key: str, row: Any) -> BadRecord:
    return BadRecord(INSTANCE, stream, key, f"{key} is no object with a name", canonical_json(row))


def _object(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error
    if not isinstance(content, dict):
        raise RecordingError(f"{file} must hold an object from each workspace's id to its list; put one there")
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
