"""Reads a folder of recorded answers, and its sub-folders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.sentry import issues, sessions
from pipelines.sources.sentry.sessions import Project

_FILES = ("sessions.json", "issues.json")
# A recording need not tell whose it is; then it is of the one organization that most have.
UNNAMED = "sentry"


def read_recording(folder: Path) -> Iterator[RawRecord | BadRecord]:
    """Walk a recording; the README has the layout.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = sorted({file.parent for name in _FILES for file in folder.rglob(name)})
    if not folders:
        raise RecordingError(f"{folder} holds neither {_FILES[0]} nor {_FILES[1]}; record the answers there")
    for one in folders:
        yield from _of_one(one)


def _of_one(folder: Path) -> Iterator[RawRecord | BadRecord]:
    told = _list(folder / "issues.json")
    rows = [
        mapping_of(row) for row in [*_list(folder / "projects.json"), *(mapping_of(i).get("project") for i in told)]
    ]
    projects = {str(row["id"]): Project(str(row["id"]), row.get("slug")) for row in rows if row.get("id")}
    only = next(iter(projects.values())) if len(projects) == 1 else None
    instance = _instance(folder, told)
    sound = []
    for place, answer in enumerate(_list(folder / "sessions.json")):
        try:
            sessions.groups_of([answer], projects, only)
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            yield sessions.bad(instance, f"sessions[{place}]", f"an answer on sessions makes no sense: {error}", answer)
            continue
        sound.append(answer)
    # A day may be told in parts.
    yield from sessions.records_of(instance, sessions.groups_of(sound, projects, only))
    yield from issues.records_of(instance, told)


def _instance(folder: Path, told: list[Any]) -> str:
    """Return the organization, by its description, else by the page of an issue."""
    file = folder / "organization.json"
    described = mapping_of(_read(file) if file.exists() else None)
    if isinstance(slug := described.get("slug"), str):
        host = urlsplit(str(mapping_of(described.get("links")).get("regionUrl") or "")).netloc
        return f"{'sentry.io' if not host or host.endswith('sentry.io') else host}/{slug}"
    for issue in told:
        page = urlsplit(str(mapping_of(issue).get("permalink") or ""))
        if page.netloc.endswith(".sentry.io"):
            return f"sentry.io/{page.netloc.removesuffix('.sentry.io')}"
        parts = page.path.strip("/").split("/")
        if parts[0] == "organizations" and len(parts) > 1:
            return f"{page.netloc}/{parts[1]}"
    return UNNAMED


def _list(file: Path) -> list[Any]:
    """Return a list, a single answer as a list of one, nothing where the file is absent."""
    told = _read(file) if file.exists() else []
    if isinstance(told, dict):
        return [told]
    if not isinstance(told, list):
        raise RecordingError(f"{file} holds neither a list nor an answer")
    return told


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes().decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON: {error}") from error
