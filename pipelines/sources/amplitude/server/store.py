"""What a played Amplitude project holds: packed events by hour of upload, and what was posted to it."""

import gzip
import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Packed = tuple[datetime, bytes]
_DEDUPLICATED_FOR = timedelta(days=7)
_TIME = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(slots=True)
class Quirks:
    """How the project behaves.

    Attributes:
        largest_bytes: an export of more is refused.
        files_per_hour: an hour's events lie in so many files.
        events_per_second: of one device, before it is told to wait.
    """

    largest_bytes: int = 4_000_000_000
    files_per_hour: int = 1
    events_per_second: int = 30


@dataclass(slots=True)
class Store:
    """One project.

    Attributes:
        keys: API key and secret key, as `key:secret`.
        rendered: gives packed hours of [begins_at, ends_at) that are made only when asked for.
        lines: NDJSON lines by hour of upload, beside those.
        posted: events that were taken, by device and insert id, each with the moment of the first time.
        deliveries: how often each arrived, doubles included.
    """

    project: str
    keys: str
    rendered: Callable[[datetime, datetime], Iterator[Packed]] = lambda _begin, _end: iter(())
    lines: dict[datetime, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    quirks: Quirks = field(default_factory=Quirks)
    posted: dict[tuple[str, str], tuple[datetime, dict[str, Any]]] = field(default_factory=dict)
    deliveries: Counter[str] = field(default_factory=Counter)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)

    @property
    def api_key(self) -> str:
        """The key that sends."""
        return self.keys.partition(":")[0]

    def put(self, hour: datetime, lines: Iterable[bytes | Mapping[str, Any]]) -> None:
        """Add events to an hour of upload, as they are or as JSON."""
        told = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
        self.lines[hour.astimezone(UTC)].extend(told)

    def take(self, event: dict[str, Any], at: datetime) -> bool:
        """Take a posted event unless its insert id was there in the last seven days; return whether it is new."""
        insert_id = str(event.get("insert_id") or f"anonymous-{len(self.posted)}")
        self.deliveries[insert_id] += 1
        key = (str(event.get("device_id") or event.get("user_id")), insert_id)
        known = self.posted.get(key)
        if known is not None and at - known[0] < _DEDUPLICATED_FOR:
            return False
        self.posted[key] = (at, event)
        self.put(at.replace(minute=0, second=0, microsecond=0), [_exported(event, at, len(self.posted))])
        return True

    def export(self, begins_at: datetime, ends_at: datetime) -> bytes:
        """Return the zip of what was uploaded in [begins_at, ends_at); empty where there is nothing."""
        archive, count = io.BytesIO(), 0
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as opened:
            for hour, number, content in self._files(begins_at, ends_at):
                name = f"{self.project}/{self.project}_{hour:%Y-%m-%d}_{hour.hour}#{number}.json.gz"
                opened.writestr(zipfile.ZipInfo(name, date_time=hour.timetuple()[:6]), content)
                count += 1
        return archive.getvalue() if count else b""

    def _files(self, begins_at: datetime, ends_at: datetime) -> Iterator[tuple[datetime, int, bytes]]:
        for hour, content in self.rendered(begins_at, ends_at):
            yield hour, 0, content
        for hour in sorted(self.lines):
            if begins_at <= hour < ends_at:
                for number in range(self.quirks.files_per_hour):
                    part = self.lines[hour][number :: self.quirks.files_per_hour]
                    if part:
                        yield hour, number + 1, packed(b"\n".join(part) + b"\n")


def _exported(event: Mapping[str, Any], at: datetime, number: int) -> dict[str, Any]:
    """Return an event as an export has it."""
    occurred_at = datetime.fromtimestamp(event.get("time", at.timestamp() * 1_000) / 1_000, UTC)
    return {
        "$insert_id": event.get("insert_id"), "uuid": f"posted-{number}", "amplitude_id": 1_000_000 + number,
        **{name: event.get(name) for name in ("event_type", "user_id", "device_id", "user_properties")},
        "event_properties": event.get("event_properties") or {}, "library": event.get("library"),
        "event_time": occurred_at.strftime(_TIME), "server_upload_time": at.strftime(_TIME),
    }  # fmt: skip


def packed(content: bytes) -> bytes:
    """Pack by gzip, without a time, so that the same content has the same bytes."""
    return gzip.compress(content, compresslevel=5, mtime=0)
