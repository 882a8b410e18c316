"""Small Linear issues, and the walk from a folder or an issue to its events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, RawRecord
from pipelines.sources.linear import SOURCE
from warehouse.people import KeyedPseudonyms

WORKSPACE = "linear.app/acme"
ANN = {
    "id": "7e2ee1c6-1111-4000-a000-00000000000a",
    "name": "Ann Archer",
    "displayName": "ann",
    "email": "ann@acme.example",
}
Walk = Callable[[Path], list[RawRecord | BadRecord]]


def keys() -> KeyedPseudonyms:
    return KeyedPseudonyms("test", ("golangcibot",))


def state(name: str, kind: str = "started") -> dict[str, Any]:
    return {"id": f"id of {name}", "name": name, "type": kind}


def row(row_id: str, at: str, until: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"id": row_id, "createdAt": at, "updatedAt": until or at, "actor": ANN, **changes}


def move(row_id: str, at: str, before: str, after: str, until: str | None = None, **more: Any) -> dict[str, Any]:
    return row(row_id, at, until, fromState=state(before), toState=state(after), **more)


def span(name: str, begin: str, end: str | None = None) -> dict[str, Any]:
    found = state(name)
    return {"id": f"{name} {begin}", "stateId": found["id"], "state": found, "startedAt": begin, "endedAt": end}


def issue(*history: dict[str, Any], spans: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """An issue with what every issue has; lists are given as plain lists."""
    lists = {name: {"nodes": more.pop(name)} for name in list(more) if isinstance(more[name], list)}
    told = {
        "id": "5a1c8d3e-2222-4000-a000-000000000001",
        "identifier": "ENG-1",
        "title": "CSV export",
        "url": "https://linear.app/acme/issue/ENG-1/csv-export",
        "createdAt": "2026-01-05T09:00:00.000Z",
        "updatedAt": "2026-02-05T09:00:00.000Z",
        "state": state("Doing"),
        "team": {"id": "t", "key": "ENG", "name": "Engineering"},
        "history": {"nodes": list(history)},
        "stateHistory": {"nodes": spans or []},
    }
    return told | more | lists


def events(body: Any, stream: str = "issues") -> list[Event]:
    record = SOURCE.pseudonymise(RawRecord(WORKSPACE, stream, "x", body), keys())
    return list(SOURCE.to_events(record.instance, stream, record.record_key, record.body))


def of_type(found: list[Event], event_type: str) -> list[Event]:
    return [event for event in found if event.event_type == event_type]


@pytest.fixture
def walk() -> Walk:
    return lambda folder: list(SOURCE.read_recording(folder))


def write(folder: Path, **files: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder
