"""Reads an Unleash server's events: newest first, by offset, the only way there is.

Rows are pushed down by what happens meanwhile, which repeats some and loses none. Were rows taken away, a page could
begin below the one before it; so each page begins with the last row of the one before it, and goes back where it does
not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError
from pipelines.sources.unleash.values import whole
from pipelines.sources.values import rows

# The most that the server gives; asked for more it gives 50.
MOST = 1_000
_EVENTS = "/api/admin/search/events"
# Steps back before the walk gives up: each means that rows went away while it read.
_MOST_STEPS_BACK = 20


def pages(http: Http, filters: Mapping[str, str], limit: int = MOST) -> Iterator[list[dict[str, Any]]]:
    """Yield pages of events, newest first; a row may come again.

    Args:
        filters: as `{"project": "IS:default"}`.
        limit: rows of a page.

    Raises:
        VendorError: the server cannot be asked, or answers no list of events.
    """
    offset, lowest, steps_back = 0, None, 0
    while True:
        answer = http.get(_EVENTS, {**filters, "limit": limit, "offset": offset})
        told = mapping_of(answer.json())
        if not isinstance(told.get("events"), list):
            raise BadAnswerError(f"unleash answers no list of events to {_EVENTS}; check sources.unleash.url")
        page = [dict(row) for row in rows(told["events"])]
        numbers = [number for row in page if (number := whole(row.get("id"))) is not None]
        if lowest is not None and (not numbers or max(numbers) < lowest) and offset > 0:
            steps_back += 1
            if steps_back > _MOST_STEPS_BACK:
                raise BadAnswerError("unleash loses events while they are read; the next run goes on from there")
            offset = max(offset - max(len(page), 1), 0)
            continue
        yield page
        end = offset + len(page)
        if not numbers or len(page) < 2 or end >= (whole(told.get("total")) or 0):
            return
        lowest, offset = min(numbers), end - 1


def of_features(http: Http, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the whole history of each of these flags, in whatever project it happened.

    Raises:
        VendorError: the server cannot be asked.
    """
    found: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in names}
    for page in pages(http, {"feature": f"IS_ANY_OF:{','.join(names)}"}):
        for row in page:
            number, name = whole(row.get("id")), row.get("featureName")
            if number is not None and name in found:
                found[name][number] = row
    return {name: [by_number[number] for number in sorted(by_number)] for name, by_number in found.items()}
