"""Facts about one recorded row that a reader of recordings needs: its number, its version, whether it is usable."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of

_NUMBER = re.compile(r"/(?:issues|pulls?)/(\d+)(?:[/#?]|$)")


def moment(value: Any) -> datetime | None:
    """Return a time as aware UTC, None where there is none that can be read. The mapping complains, not we."""
    try:
        return parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None


def newest(values: Iterable[datetime | None]) -> datetime | None:
    """Return the newest of these times, None where there is none."""
    return max((value for value in values if value is not None), default=None)


def first_moment(row: Mapping[str, Any], fields: Iterable[str]) -> datetime | None:
    """Return the first readable time among these fields."""
    return next((found for field in fields if (found := moment(row.get(field)))), None)


def version_of_row(row: Any) -> datetime | None:
    """Return the newest time that a row of a list (a comment, a review, a commit) tells of itself."""
    fields = mapping_of(row)
    commit = mapping_of(mapping_of(fields.get("commit")).get("committer"))
    times = [fields.get(name) for name in ("updated_at", "submitted_at", "created_at")]
    return newest(moment(value) for value in (*times, commit.get("date")))


def number_of(row: Mapping[str, Any]) -> int | None:
    """Return the number of the issue or pull request that a comment or an event belongs to."""
    number = mapping_of(row.get("issue")).get("number")
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    for field in ("issue_url", "pull_request_url", "html_url"):
        address = row.get(field)
        found = _NUMBER.search(address) if isinstance(address, str) else None
        if found:
            return int(found.group(1))
    return None


def is_pull_request(row: Mapping[str, Any]) -> bool:
    """Tell whether a row of the issue list is a pull request: the vendor lists those as issues too."""
    return bool(row.get("pull_request")) or "/pull/" in str(row.get("html_url") or "")


def identity(row: Any, field: str) -> str | None:
    """Return a row's id as text, None where the row is no object or has none."""
    value = mapping_of(row).get(field)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    return str(value)
