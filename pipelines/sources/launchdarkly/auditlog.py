"""Reads a project's part of the audit log, newest entry first: no cursor, at most 20 a page, bounds that are strict.

A page is asked for before one millisecond after the oldest entry seen, and what was seen is left out. Where one
millisecond holds a whole page, nothing tells what else it holds: it is asked for again by environment, then by flag;
at the end, when most of the flags are known that there ever were.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.launchdarkly.actions import places_of
from pipelines.sources.launchdarkly.values import EVERY, whole
from pipelines.sources.live import BadAnswerError
from pipelines.sources.values import text

Row = Mapping[str, Any]
PAGE = 20
_PATH = "/api/v2/auditlog"


class AuditLog:
    """The entries of one project's flags.

    Args:
        environments: keys of the project's environments.
        flags: asked for the keys of the project's flags where one environment alone fills a page in a millisecond.
    """

    def __init__(
        self, http: Http, project: str, environments: Sequence[str], flags: Callable[[], Iterable[str]]
    ) -> None:
        self._http, self._project, self._environments, self._listed = http, project, environments, flags
        self._seen: set[str] = set()
        self._flags: set[str] = set()

    def pages(self, after: int | None) -> Iterator[list[Row]]:
        """Yield what is newer than a moment in milliseconds, or all, each entry once, newest page first.

        Raises:
            BadAnswerError: an entry has no id or no date, or one flag has a page of them in one millisecond.
            VendorError: the vendor cannot be asked.
        """
        crowded: list[int] = []
        yield from self._down(after, crowded)
        for at in crowded:
            yield from self._crowd(at)

    def _down(self, after: int | None, crowded: list[int]) -> Iterator[list[Row]]:
        """Yield the pages down to a moment, and note each millisecond that fills one."""
        before: int | None = None
        while True:
            page = self._asked(self._spec(), before, after)
            fresh = self._fresh(page)
            yield fresh
            if not page:
                return
            dates = [date_of(row) for row in page]
            oldest = min(dates)
            if before is not None and not fresh and max(dates) >= before:
                raise BadAnswerError("launchdarkly repeats a page of its audit log without end; try later")
            if len(page) >= PAGE and oldest == max(dates):
                crowded.append(oldest)
                before = oldest
            elif not fresh and len(page) < PAGE:
                return
            else:
                before = oldest + 1

    def _crowd(self, at: int) -> Iterator[list[Row]]:
        """Yield what one millisecond holds, environment by environment, and flag by flag where that is too much."""
        for environment in self._environments:
            page = self._asked(self._spec(environment), at + 1, at - 1)
            yield self._fresh(page)
            if len(page) < PAGE:
                continue
            self._flags |= set(self._listed())
            for flag in sorted(self._flags):
                one = self._asked(self._spec(environment, flag), at + 1, at - 1)
                yield self._fresh(one)
                if len(one) >= PAGE:
                    raise BadAnswerError(
                        f"launchdarkly tells {PAGE} or more changes of flag {flag} in {environment} at one moment "
                        f"({at} ms), and there is no way to ask for the others"
                    )

    def _fresh(self, page: Sequence[Row]) -> list[Row]:
        found = [row for row in page if str(row["_id"]) not in self._seen]
        self._seen |= {str(row["_id"]) for row in found}
        self._flags |= {place.flag for row in found for place in places_of(row)}
        return found

    def _spec(self, environment: str = EVERY, flag: str = EVERY) -> str:
        return f"proj/{self._project}:env/{environment}:flag/{flag}"

    def _asked(self, spec: str, before: int | None, after: int | None) -> list[Row]:
        bounds = {"before": before, "after": after}
        asked = {name: value for name, value in bounds.items() if value is not None}
        answer = self._http.get(_PATH, {"spec": spec, "limit": PAGE, **asked})
        page = mapping_of(answer.json()).get("items")
        if not isinstance(page, list) or any(text(mapping_of(row).get("_id")) is None for row in page):
            raise BadAnswerError(f"{answer.url} answers no list of entries; check sources.launchdarkly.url")
        for row in page:
            date_of(row)
        return page


def date_of(row: Row) -> int:
    """Return when an entry was made, in milliseconds.

    Raises:
        BadAnswerError: it does not tell, so nothing tells where the walk stands.
    """
    date = whole(row.get("date"))
    if date is None:
        raise BadAnswerError(f"audit log entry {row.get('_id')} has no date; nothing tells what comes before it")
    return date
