"""Small Jira records, and the walk from a folder or an issue to its events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.jira as package
from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, RawRecord
from pipelines.sources.jira import SOURCE
from warehouse.people import KeyedPseudonyms

SITE = "https://acme-shop.atlassian.net"
Walk = Callable[[Path], list[RawRecord | BadRecord]]


def keys() -> KeyedPseudonyms:
    return KeyedPseudonyms("test", ("golangcibot",))


def issue(*histories: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An issue with what every issue has."""
    values = {
        "summary": "CSV export",
        "created": "2026-01-05T09:00:00.123+0000",
        "updated": "2026-02-05T09:00:00.000+0000",
        "status": {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
        "issuetype": {"name": "Story", "subtask": False, "hierarchyLevel": 0},
        "project": {"key": "SHOP"},
    } | fields
    changelog = {"histories": list(histories), "total": len(histories)}
    return {
        "id": "10001",
        "key": "SHOP-1",
        "self": f"{SITE}/rest/api/3/issue/10001",
        "changelog": changelog,
        "fields": values,
    }


def history(number: int, at: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": str(number), "created": at, "items": list(items)} | more


def move(before: str, after: str) -> dict[str, Any]:
    return changed("status", before, f"name of {before}", after, f"name of {after}", fieldId="status")


def changed(field: str, *values: str | None, **more: Any) -> dict[str, Any]:
    return {"field": field, **dict(zip(("from", "fromString", "to", "toString"), values, strict=True))} | more


def events(body: Any, stream: str = "issues") -> list[Event]:
    record = SOURCE.pseudonymise(RawRecord("acme-shop.atlassian.net", stream, "10001", body), keys())
    return list(SOURCE.to_events(record.instance, stream, record.record_key, record.body))


def of_type(found: list[Event], event_type: str) -> list[Event]:
    return [event for event in found if event.event_type == event_type]


def state(body: Any) -> Any:
    """The payload of the issue's present state."""
    return of_type(events(body), "ticket.updated")[0].payload


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files of a recording and returns its folder."""

    def write(**files: Any) -> Path:
        folder = tmp_path / "recording"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def fixture_events() -> dict[str, list[Event]]:
    """Events of the source's own recording by ticket key, in the order of their times."""
    found: dict[str, list[Event]] = {}
    for record in SOURCE.read_recording(Path(package.__path__[0]) / "fixtures"):
        assert isinstance(record, RawRecord), record
        kept = SOURCE.pseudonymise(record, keys())
        for event in SOURCE.to_events(kept.instance, kept.stream, kept.record_key, kept.body):
            found.setdefault(str(event.payload.get("key")), []).append(event)
    return {key: sorted(listed, key=lambda event: event.occurred_at) for key, listed in found.items()}
