"""Reads Split's lists, page by page, by offset.

Rows move up when one before them goes away. So each page begins with the last row of the one before it; where it does
not, the list is read again from its start, and what was seen already stays seen.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError
from pipelines.sources.values import number, rows, text

API = "/internal/api/v2"
# The most that the service gives.
_PAGE = 50
_MOST_RESTARTS = 10


def every(http: Http, path: str, key: str = "name") -> dict[str, Mapping[str, Any]]:
    """Return the rows of a list, by their key, each as it was first seen.

    Args:
        path: below the API.

    Raises:
        VendorError: the service cannot be asked, or answers no list.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for _ in range(_MOST_RESTARTS):
        if _read(http, path, key, found):
            return found
    raise BadAnswerError(f"split changes {path} faster than it can be read; try later")


def _read(http: Http, path: str, key: str, found: dict[str, Mapping[str, Any]]) -> bool:
    """Read a list once; return whether it held still."""
    offset, last = 0, None
    while True:
        told = mapping_of(http.get(f"{API}/{path}", {"limit": _PAGE, "offset": offset}).json())
        if not isinstance(told.get("objects"), list):
            raise BadAnswerError(f"split answers no list to {path}; check sources.split.url")
        page = {name: row for row in rows(told["objects"]) if (name := text(row.get(key))) is not None}
        if last is not None and last not in page:
            return False
        # First seen wins: what goes away while it is read was there all the same.
        found |= {name: row for name, row in page.items() if name not in found}
        size = len(told["objects"])
        end = offset + size
        if size < 2 or end >= (number(told.get("totalCount")) or 0):
            return True
        offset, last = end - 1, next(reversed(page), None)
