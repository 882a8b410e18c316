"""Which repository, on which host, a recording is of: by its description, else by the addresses of its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.sources.base import RecordingError, mapping_of
from pipelines.sources.github.loading import read_json


@dataclass(frozen=True, slots=True)
class Place:
    """A repository: its web host, as `github.com`, and its full name, as `acme/shop`."""

    instance: str
    repository: str


def find_place(folder: Path, rows: Iterable[Any]) -> Place:
    """Tell which repository the folder is of.

    Args:
        folder: the recording.
        rows: all its rows, in the order in which their addresses are to be tried.

    Raises:
        RecordingError: neither `repository.json` nor a row says.
    """
    described = _described(folder / "repository.json")
    if described is not None:
        return described
    for row in rows:
        place = place_of(mapping_of(row))
        if place is not None:
            return place
    raise RecordingError(
        f"{folder} does not say which repository it is of; add repository.json with full_name and html_url"
    )


def _described(file: Path) -> Place | None:
    if not file.exists():
        return None
    content = read_json(file)
    if not isinstance(content, dict):
        raise RecordingError(f"{file} must hold one object; put the vendor's answer for the repository there")
    full_name = content.get("full_name")
    found = place_of(content)
    if isinstance(full_name, str) and full_name.count("/") == 1:
        return Place(found.instance if found else "github.com", full_name)
    return found


def place_of(row: Mapping[str, Any]) -> Place | None:
    """Return the repository that a row's addresses lie in, None where they name none."""
    for field in ("html_url", "url", "repository_url", "deployment_url"):
        address = row.get(field)
        place = _place_of_address(address) if isinstance(address, str) else None
        if place is not None:
            return place
    return None


def _place_of_address(address: str) -> Place | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    path = parts.path.strip("/").split("/")
    is_api = host.startswith("api.") or path[:2] == ["api", "v3"]
    if is_api:
        # api.github.com/repos/o/r, and on a server of one's own host/api/v3/repos/o/r.
        host = host.removeprefix("api.")
        path = path[2:] if path[:2] == ["api", "v3"] else path
        if path[:1] != ["repos"]:
            return None
        path = path[1:]
    if not host or len(path) < 2 or path[0] in ("users", "orgs", "apps"):
        return None
    return Place(host, f"{path[0]}/{path[1]}")
