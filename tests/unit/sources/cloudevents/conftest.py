"""Lines of an import, and the walk from them to events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, RawRecord
from pipelines.sources.cloudevents import SOURCE
from warehouse.people import KeyedPseudonyms

Lines = Callable[..., list[RawRecord | BadRecord]]
SHA = "2f0c5d2a9e8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"


def keys() -> KeyedPseudonyms:
    return KeyedPseudonyms("test", ("golangcibot",))


def line(event_type: str, data: Any, **more: Any) -> dict[str, Any]:
    attributes = {"specversion": "1.0", "id": "e-1", "source": "https://ci.acme.example/shop", "type": event_type}
    return attributes | {"time": "2026-02-05T10:00:00Z", "data": data} | more


def cdevent(name: str, content: Any, custom: Any = None, subject: str = "web", **more: Any) -> dict[str, Any]:
    event_type = f"dev.cdevents.{name}"
    context = {"specversion": "0.5.1", "id": "e-1", "source": "ci", "type": event_type}
    data = {"context": context | {"timestamp": "2026-02-05T10:00:00Z"}, "subject": {"id": subject, "content": content}}
    return line(event_type, data if custom is None else data | {"customData": custom}, **more)


def events(body: Any) -> list[Event]:
    record = SOURCE.pseudonymise(RawRecord("x", "events", "e-1", body), keys())
    return list(SOURCE.to_events(record.instance, record.stream, record.record_key, record.body))


def told(event: Event) -> dict[str, Any]:
    """What a payload says, without what it leaves open."""
    return {name: value for name, value in event.payload.items() if value not in (None, [])}


@pytest.fixture
def read(tmp_path: Path) -> Lines:
    """Reads lines, given as text, bytes or JSON, as a file to import."""

    def read(*lines: Any, end: bytes = b"\n") -> list[RawRecord | BadRecord]:
        file = tmp_path / "events.ndjson"
        as_bytes = (
            one if isinstance(one, bytes) else (one if isinstance(one, str) else json.dumps(one)).encode()
            for one in lines
        )
        file.write_bytes(b"".join(one + end for one in as_bytes))
        return list(SOURCE.read_recording(file))

    return read
