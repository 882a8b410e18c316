"""Reads LaunchDarkly's lists page by page, by offset, with one row of overlap: rows move while they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError

_MOST_BEGINNINGS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that were not seen before, and the vendor's clock as it answered."""

    rows: list[Mapping[str, Any]]
    answered_at: datetime | None


def pages(
    http: Http, path: str, name: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Iterator[Page]:
    """Yield the pages of a list, each row once.

    A page begins with the last row of the one before. Where it does not, a row left in between and those after it moved
    up: the list is read from its beginning again.

    Args:
        name: the field that tells a row from others, as `key`.

    Raises:
        BadAnswerError: it is no list, or changes faster than it can be read.
        VendorError: the vendor cannot be asked.
    """
    seen: set[str] = set()
    for _ in range(_MOST_BEGINNINGS):
        last, offset = None, 0
        while True:
            answer = http.get(path, {**(params or {}), "limit": 100, "offset": offset}, headers=headers)
            listed = mapping_of(answer.json()).get("items")
            if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
                raise BadAnswerError(f"{answer.url} answers no list; check sources.launchdarkly.url")
            if last is not None and (not listed or str(listed[0].get(name)) != last):
                break
            yield Page([row for row in listed if str(row.get(name)) not in seen], answer.date)
            seen |= {str(row.get(name)) for row in listed}
            offset += len(listed) - 1
            if len(listed) <= (0 if last is None else 1) or _is_last(answer.json(), offset + 1):
                return
            last = str(listed[-1].get(name))
    raise BadAnswerError(f"the list at {path} changes faster than it can be read; try later")


def _is_last(content: Any, read: int) -> bool:
    """Tell whether a list ends here, by its count or by the link to a next page."""
    total = mapping_of(content).get("totalCount")
    if isinstance(total, int) and not isinstance(total, bool):
        return read >= total
    links = mapping_of(mapping_of(content).get("_links"))
    return bool(links) and "next" not in links
