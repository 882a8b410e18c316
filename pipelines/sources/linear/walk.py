"""Walks what changed of one team, newest first: where such a walk stands, and how it goes on.

The list is by the time of the last update, newest first, so what is touched meanwhile moves to pages that were read; it
is newer than all that the first page told, and the next walk finds it. Each page is asked for anew, from the last
update of the page before, since a place in a list moves with the list.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.linear.client import LinearClient, TooComplexError, following
from pipelines.sources.linear.documents import CHANGED_ISSUES
from pipelines.sources.linear.recording import version_of
from pipelines.sources.live import BadAnswerError

MOST_AT_ONCE = 30
# A query costs by what it asks for, and of a night little is new in most teams.
_FIRST_LOOK = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walks of a team stand; the cursor of the log. Times as Linear writes them.

    Attributes:
        high: all that was updated up to then is known; None: nothing is.
        first: so many issues are asked for at once, as more was too complex.
        newest: of the walk under way, what will be known when it is whole; None: none is under way.
        reached: of the walk under way, all that was updated later was read.
    """

    high: str | None = None
    first: int = MOST_AT_ONCE
    newest: str | None = None
    reached: str | None = None

    @classmethod
    def kept(cls, cursor: Any) -> "Place":
        """Read a cursor, None where there is none."""
        return cls(**(cursor or {}))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    def since(self, overlap: timedelta) -> str | None:
        """Return from when on is read, None for from the beginning."""
        return None if self.high is None else (parse_time(self.high) - overlap).isoformat().replace("+00:00", "Z")

    def whole(self) -> "Place":
        """Return where it stands once the walk under way is whole."""
        return replace(self, high=self.newest or self.high, newest=None, reached=None)


class TeamWalk:
    """One walk of what changed of one team."""

    def __init__(self, client: LinearClient, team: str, place: Place, overlap: timedelta) -> None:
        self.place = place
        self._client, self._team, self._overlap = client, team, overlap
        self._cost_of_one: float | None = None

    def pages(self) -> Iterator[list[Any]]:
        """Yield pages of issues, each version once; `place` then stands behind the page.

        Raises:
            VendorError: a page cannot be read, repeats, or is empty though more is promised.
        """
        seen: set[tuple[str, str]] = set()
        after, places = None, set[str]()
        while True:
            page = self._page(after)
            versions = {(str(one["id"]), _updated(one)): one for one in page["nodes"]}
            new = [one for version, one in versions.items() if version not in seen]
            seen |= versions.keys()
            after = following(page, f"issues of {self._team}")
            is_over = after is None
            # Of issues of one moment the list itself leads on; else a new one begins at the last update.
            if page["nodes"] and self._went_on(page["nodes"]):
                after, places = None, set()
            if new:
                yield new
            if is_over:
                return
            if after in places:
                raise BadAnswerError(f"linear repeats a page of the issues of {self._team} without end; try later")
            if after is not None:
                places.add(after)

    def _went_on(self, issues: list[Any]) -> bool:
        """Stand behind these issues; return whether that is further than before."""
        last, reached = _updated(issues[-1]), self.place.reached
        self.place = replace(self.place, newest=self.place.newest or _updated(issues[0]), reached=last)
        return reached is None or parse_time(last) < parse_time(reached)

    def _page(self, after: str | None) -> Any:
        since, until = self.place.since(self._overlap), self.place.reached
        moment = {name: at for name, at in (("gte", since), ("lte", until)) if at is not None}
        found = {"team": {"key": {"eq": self._team}}} | ({"updatedAt": moment} if moment else {})
        is_first_look = since is not None and until is None
        while True:
            wanted = min(self.place.first, _FIRST_LOOK) if is_first_look else self.place.first
            first = self._client.affordable(wanted, self._cost_of_one)
            try:
                page = self._client.query(CHANGED_ISSUES, {"filter": found, "first": first, "after": after})["issues"]
            except TooComplexError:
                if first == 1:
                    raise
                self.place = replace(self.place, first=max(first // 2, 1))
                continue
            self._cost_of_one = self._client.cost / first if self._client.cost else None
            return page


def _updated(issue: Any) -> str:
    if version_of(issue) is None:
        raise BadAnswerError(f"linear does not tell when {issue.get('identifier')} was updated; try later")
    return str(issue["updatedAt"])
