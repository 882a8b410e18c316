"""Makes records of incidents, and reads a folder of recorded ones with its sub-folders."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.clock import parse_time
from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of

INCIDENTS = "incidents.json"
# A recording whose rows have no address is of the one account that most have.
UNNAMED = "pagerduty"


def read_recording(folder: Path) -> Iterator[RawRecord | BadRecord]:
    """Walk a recording; the README has the layout.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    files = sorted(folder.rglob(INCIDENTS))
    if not files:
        raise RecordingError(f"{folder} holds no {INCIDENTS}; record a list of incidents there")
    for file in files:
        rows = _rows(file)
        hosts = (urlsplit(str(mapping_of(row).get("html_url") or "")).netloc for row in rows)
        instance = next(filter(None, hosts), UNNAMED)
        yield from records_of(instance, rows)


def records_of(instance: str, rows: list[Any]) -> Iterator[RawRecord | BadRecord]:
    """Yield a record for each incident, the newest version of one that is told twice."""
    newest: dict[str, RawRecord] = {}
    for place, row in enumerate(rows):
        incident_id = mapping_of(row).get("id")
        if not isinstance(incident_id, str | int) or incident_id in ("", True, False):
            reason = f"row {place + 1} of {INCIDENTS} has no id"
            yield BadRecord(instance, "incidents", f"{INCIDENTS}[{place}]", reason, json.dumps(row)[:2_000])
            continue
        record = RawRecord(instance, "incidents", str(incident_id), row, changed_at(row))
        known = newest.get(record.record_key)
        if known is None or _is_newer(record, known):
            newest[record.record_key] = record
    yield from newest.values()


def changed_at(row: Any) -> datetime | None:
    """Return when an incident last changed, None where it tells no time that can be read."""
    told = mapping_of(row)
    if (updated := _moment(told.get("updated_at"))) is not None:
        return updated
    moments = (_moment(told.get(name)) for name in ("last_status_change_at", "created_at"))
    return max(filter(None, moments), default=None)


def opened_at(row: Any) -> datetime | None:
    """Return when an incident was opened, None where it tells no time that can be read."""
    return _moment(mapping_of(row).get("created_at"))


def _is_newer(one: RawRecord, other: RawRecord) -> bool:
    if one.vendor_version_at is None or other.vendor_version_at is None:
        return one.vendor_version_at is not None
    return one.vendor_version_at >= other.vendor_version_at


def _moment(value: Any) -> datetime | None:
    try:
        return parse_time(value)
    except (ValueError, AttributeError, OverflowError):
        return None


def _rows(file: Path) -> list[Any]:
    try:
        told = json.loads(file.read_bytes().decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON: {error}") from error
    found = told.get("incidents") if isinstance(told, dict) else told
    if not isinstance(found, list):
        raise RecordingError(f"{file} holds no list of incidents")
    return found
