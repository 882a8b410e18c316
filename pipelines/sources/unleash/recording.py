"""Turns a folder of recorded responses into raw records: a flag each, with its definition and its whole history."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipelines.events.ids import canonical_json
from pipelines.sources.base import UNKNOWN_INSTANCE, BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.unleash.connection import site_of
from pipelines.sources.unleash.definition import settled
from pipelines.sources.unleash.reach import segment_ids
from pipelines.sources.unleash.timeline import OF_A_PROJECT
from pipelines.sources.unleash.values import optional_moment, whole
from pipelines.sources.values import rows, text

Records = Iterator[RawRecord | BadRecord]

FILES = ("events.json", "features.json", "segments.json", "environments.json")
# How an event's summary links to its flag: the only place where the server tells its own address.
_LINK = re.compile(r"\]\((https?://[^)\s]+?)/projects/")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What flags refer to: kinds of environments by name, names of segments by id, and events of whole projects."""

    environments: Mapping[str, str]
    segments: Mapping[str, str]
    events: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, environments: Any, segments: Any, events: Iterable[Any]) -> "Surroundings":
        """Read the server's lists of them."""
        kinds = {text(row.get("name")): text(row.get("type")) for row in rows(environments)}
        names = {text(row.get("id")): text(row.get("name")) for row in rows(segments)}
        return cls(
            {name: kind for name, kind in kinds.items() if name and kind},
            {key: name for key, name in names.items() if key and name},
            [row for row in rows(list(events)) if text(row.get("type")) in OF_A_PROJECT],
        )

    def since(self, history: Sequence[Mapping[str, Any]], project: str | None) -> list[Mapping[str, Any]]:
        """Return the events of a whole project that a flag of it has lived through."""
        first = whole(history[0].get("id")) if history else None
        return [
            row
            for row in self.events
            if first and row.get("project") == project and (whole(row.get("id")) or 0) > first
        ]


def read_recording(folder: Path) -> Records:
    """Walk a recording: the folder's own files, then each sub-folder's.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if any((path / name).exists() for name in FILES)]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put files such as {FILES[0]} into it or a sub-folder")
    for path in readable:
        yield from _records(path)


def record_of(
    instance: str, name: str, definition: Mapping[str, Any] | None, events: Iterable[Any], around: Surroundings
) -> RawRecord:
    """Return a flag's record.

    Args:
        definition: None where the server has none to show, as of an archived flag.
        events: all of its history that is known, in any order.
    """
    history = sorted(rows(list(events)), key=lambda row: whole(row.get("id")) or 0)
    projects = [project for row in history if (project := text(row.get("project"))) is not None]
    named = {one for strategy in _strategies(definition, history) for one in segment_ids(strategy)}
    kinds = {text(row.get("name")): text(row.get("type")) for row in rows(mapping_of(definition).get("environments"))}
    project = projects[-1] if projects else text(mapping_of(definition).get("project"))
    times = [at for row in history if (at := optional_moment(row.get("createdAt"))) is not None]
    body = {
        "name": name,
        "project": project,
        "definition": None if definition is None else settled(definition),
        "environments": {**around.environments, **{name: kind for name, kind in kinds.items() if name and kind}},
        "segments": {key: around.segments[key] for key in sorted(named) if key in around.segments},
        "events": sorted([*history, *around.since(history, project)], key=lambda row: whole(row.get("id")) or 0),
    }
    return RawRecord(instance, "features", name, body, max(times, default=None))


def _strategies(definition: Mapping[str, Any] | None, history: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    for row in history:
        yield from (mapping_of(row.get("data")), mapping_of(row.get("preData")))
    for row in rows(mapping_of(definition).get("environments")):
        yield from rows(row.get("strategies"))


def _records(folder: Path) -> Records:
    events, features = _list(folder / "events.json", "events"), _list(folder / "features.json", "features")
    around = Surroundings.of(
        _list(folder / "environments.json", "environments"), _list(folder / "segments.json", "segments"), events
    )
    instance = _instance_of(events) or UNKNOWN_INSTANCE
    histories: dict[str, list[Any]] = {}
    for index, row in enumerate(events):
        if not isinstance(row, dict):
            reason = f"row {index} of events.json is no object"
            yield BadRecord(instance, "features", f"events.json[{index}]", reason, canonical_json(row))
        elif name := text(row.get("featureName")):
            histories.setdefault(name, []).append(row)
    definitions: dict[str, Any] = {}
    for index, row in enumerate(features):
        named = text(mapping_of(row).get("name"))
        if named is None:
            reason = f"row {index} of features.json is no object with a name"
            yield BadRecord(instance, "features", f"features.json[{index}]", reason, canonical_json(row))
        else:
            definitions[named] = row
    for name in dict.fromkeys([*definitions, *histories]):
        yield record_of(instance, name, definitions.get(name), histories.get(name, []), around)


def _instance_of(events: Iterable[Any]) -> str | None:
    for row in events:
        found = _LINK.search(text(mapping_of(row).get("summary")) or "")
        if found:
            return site_of(found[1])
    return None


def _list(file: Path, envelope: str) -> list[Any]:
    content = _read(file) if file.exists() else []
    if isinstance(content, dict) and isinstance(content.get(envelope), list):
        content = content[envelope]
    if not isinstance(content, list):
        raise RecordingError(f"{file} must hold a list; put the vendor's own list there")
    return content


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
