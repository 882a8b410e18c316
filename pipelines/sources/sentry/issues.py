"""Makes records of issues, and tells whether one has changed in what counts."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import BadRecord, RawRecord, mapping_of

STREAM = "issues"
# Of a row of the list; how often and when it was last seen changes all the time and decides nothing.
_COUNTS = ("status", "substatus", "level", "priority", "title", "shortId", "firstSeen")


def records_of(instance: str, issues: Iterable[Any]) -> Iterator[RawRecord | BadRecord]:
    """Yield a record for each issue, as it is told last."""
    found: dict[str, RawRecord] = {}
    for place, issue in enumerate(issues):
        issue_id = mapping_of(issue).get("id")
        if not isinstance(issue_id, str | int) or issue_id in ("", True, False):
            reason = f"issue {place + 1} of the list has no id"
            yield BadRecord(instance, STREAM, f"issues[{place}]", reason, json.dumps(issue)[:2_000])
            continue
        found[str(issue_id)] = RawRecord(instance, STREAM, str(issue_id), issue, _version(issue))
    yield from found.values()


def is_known(row: Any, body: Any) -> bool:
    """Tell whether a row of the list says nothing that the kept issue does not."""
    told, known = mapping_of(row), mapping_of(body)
    return bool(known) and all(told.get(name) == known.get(name) for name in _COUNTS)


def _version(issue: Any) -> datetime | None:
    """Return when something was last done with an issue; by whom it was seen since is no change."""
    activity = mapping_of(issue).get("activity")
    rows = activity if isinstance(activity, list) else []
    told = [mapping_of(issue).get("firstSeen"), *(mapping_of(row).get("dateCreated") for row in rows)]
    return max(filter(None, map(_moment, told)), default=None)


def _moment(value: Any) -> datetime | None:
    try:
        return parse_time(value)
    except (ValueError, AttributeError, OverflowError):
        return None
