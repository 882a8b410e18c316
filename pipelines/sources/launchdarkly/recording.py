"""Turns a folder of recorded responses into raw records. A sub-folder is another project."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from pipelines.events.ids import canonical_json
from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.launchdarkly.flags import project_of
from pipelines.sources.launchdarkly.values import flag_moments, newest_moment, release_moments
from pipelines.sources.values import text

Records = Iterator[RawRecord | BadRecord]
# Rows mostly hold addresses without a host. Then they are of the vendor's own, unless a row says otherwise.
COMMERCIAL = "app.launchdarkly.com"


def read_recording(folder: Path) -> Records:
    """Walk a recording: the folder's own files, then each sub-folder's.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())] if folder.is_dir() else []
    readable = [path for path in folders if any((path / f"{name}.json").exists() for name in _STREAMS)]
    if not readable:
        raise RecordingError(f"{folder} holds no recording; put files such as auditlog.json into it or a sub-folder")
    for path in readable:
        listed = {stream: _listed(path / f"{stream}.json") for stream in _STREAMS}
        hosts = (host for found in listed.values() for row in found if (host := _host_of(row)))
        instance = next(hosts, COMMERCIAL)
        for stream, found in listed.items():
            for index, row in enumerate(found):
                yield _record(instance, stream, index, row)


def _host_of(row: Any) -> str | None:
    """Return the site of a row whose address has one."""
    address = text(mapping_of(mapping_of(mapping_of(row).get("_links")).get("self")).get("href")) or ""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _record(instance: str, stream: str, index: int, row: Any) -> RawRecord | BadRecord:
    key_of, version_of = _STREAMS[stream]
    key = key_of(row) if isinstance(row, dict) else None
    if key is None:
        place = f"{stream}.json[{index}]"
        reason = f"row {index} of {stream}.json is no object that says which one it is"
        return BadRecord(instance, stream, place, reason, canonical_json(row))
    return RawRecord(instance, stream, key, row, version_of(row))


def flag_key(flag: Mapping[str, Any]) -> str | None:
    """Return the key of a flag's record, `shop/csv-export`."""
    project, key = project_of(flag), text(flag.get("key"))
    return f"{project}/{key}" if project and key else None


def flag_version(flag: Mapping[str, Any]) -> datetime | None:
    """Return when a flag is known to have changed last."""
    return newest_moment(flag_moments(flag))


def release_key(release: Mapping[str, Any]) -> str | None:
    """Return the key of a release's record, `shop/csv-export/production/<id>`."""
    parts = [text(release.get(name)) for name in ("projectKey", "flagKey", "environmentKey", "id")]
    return "/".join(str(part) for part in parts) if all(parts) else None


def release_version(release: Mapping[str, Any]) -> datetime | None:
    """Return when a release is known to have changed last."""
    return newest_moment(release_moments(release))


def _environment_key(environment: Mapping[str, Any]) -> str | None:
    """Return the key of an environment's record: its own address is `/api/v2/projects/shop/environments/production`."""
    address = text(mapping_of(mapping_of(environment.get("_links")).get("self")).get("href")) or ""
    project = address.partition("/projects/")[2].partition("/")[0]
    key = text(environment.get("key"))
    return f"{project}/{key}" if project and key else None


def _no_version(_row: Mapping[str, Any]) -> datetime | None:
    return None


_Key = Callable[[Mapping[str, Any]], str | None]
_Version = Callable[[Mapping[str, Any]], datetime | None]
_STREAMS: dict[str, tuple[_Key, _Version]] = {
    "environments": (_environment_key, _no_version),
    "flags": (flag_key, flag_version),
    "auditlog": (lambda entry: text(entry.get("_id")), _no_version),
    "releases": (release_key, release_version),
}


def _listed(file: Path) -> list[Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refuse) if file.exists() else []
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error
    if isinstance(content, dict) and isinstance(content.get("items"), list):
        content = content["items"]
    if not isinstance(content, list):
        raise RecordingError(f"{file} must hold a list; put the vendor's own list there")
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
