"""How the two kinds of Jira are asked for what they tell differently: the pages of a search, and histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pipelines.clock import now
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.connection import Deployment
from pipelines.sources.live import BadAnswerError

_WHOLE = 100
_IDS = {"cloud": 5_000, "data_center": 1_000}
_HISTORIES = 10_000
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search.

    Attributes:
        issues: its tickets, as the vendor tells them.
        place: where the next page begins, None where there is none.
        answered_at: Jira's own time of the answer, ours where it does not tell.
    """

    issues: list[Any]
    place: Any
    answered_at: datetime


class Site(Protocol):
    """One kind of Jira.

    Attributes:
        http: how it is asked.
        api: where its paths begin.
        resolution_ms: what its search tells apart of times.
    """

    http: Http
    api: str
    resolution_ms: int

    def search(self, jql: str, place: Any, *, only_ids: bool = False) -> Page:
        """Return a page of a search, from a place on; None: the first. Whole tickets, or their ids alone."""

    def histories(self, issues: Sequence[Any]) -> dict[str, list[Any]]:
        """Return the whole history of each of these tickets by id, as far as it is told; one without may lack."""

    def issue(self, issue: str) -> Any:
        """Return one ticket by id.

        Raises:
            MissingError: it is not there.
        """


class Cloud:
    """Atlassian's cloud: pages by token, histories by the thousand. Implements `Site`."""

    api = "/rest/api/3"
    resolution_ms = 1

    def __init__(self, http: Http) -> None:
        self.http = http

    def search(self, jql: str, place: Any, *, only_ids: bool = False) -> Page:
        """Ask `search/jql`: a short page is no sign of the end, only an absent token is."""
        most, fields = (_IDS["cloud"], ["id"]) if only_ids else (_WHOLE, ["*all"])
        body = {"jql": jql, "fields": fields, "maxResults": most} | ({"nextPageToken": place} if place else {})
        answer = self.http.read(f"{self.api}/search/jql", body if only_ids else {**body, "expand": "names"})
        told = _object(answer.json())
        return Page(_named(told), told.get("nextPageToken"), answer.date or now())

    def histories(self, issues: Sequence[Any]) -> dict[str, list[Any]]:
        """Ask `changelog/bulkfetch`; a ticket that has none is left out by some sites."""
        ids, found = [str(issue["id"]) for issue in issues], dict[str, list[Any]]()
        for start in range(0, len(ids), _AT_ONCE):
            asked = {"issueIdsOrKeys": ids[start : start + _AT_ONCE], "maxResults": _HISTORIES}
            tokens: set[str] = set()
            token = None
            while True:
                body = asked if token is None else {**asked, "nextPageToken": token}
                answer = self.http.read(f"{self.api}/changelog/bulkfetch", body).json()
                for log in answer.get("issueChangeLogs") or ():
                    rows = [_dated(history) for history in log.get("changeHistories") or ()]
                    found.setdefault(str(log["issueId"]), []).extend(rows)
                token = answer.get("nextPageToken")
                if not token:
                    break
                if token in tokens:
                    raise BadAnswerError("jira repeats a page of histories without end; try later")
                tokens.add(token)
        return found

    def issue(self, issue: str) -> Any:
        """Ask for one ticket."""
        return self.http.get(f"{self.api}/issue/{issue}").json()


class DataCenter:
    """A server of one's own: pages by offset, histories within the tickets. Implements `Site`."""

    api = "/rest/api/2"
    # Its index keeps times to the second.
    resolution_ms = 1_000

    def __init__(self, http: Http) -> None:
        self.http = http

    def search(self, jql: str, place: Any, *, only_ids: bool = False) -> Page:
        """Ask `search`, which counts rows."""
        start = int(place or 0)
        most, fields = (_IDS["data_center"], ["id"]) if only_ids else (_WHOLE, ["*all"])
        body = {"jql": jql, "fields": fields, "maxResults": most, "startAt": start}
        answer = self.http.read(f"{self.api}/search", body if only_ids else {**body, "expand": ["changelog", "names"]})
        told = _object(answer.json())
        issues = _named(told)
        end = start + len(issues)
        return Page(issues, end if end < int(told.get("total") or 0) else None, answer.date or now())

    def histories(self, issues: Sequence[Any]) -> dict[str, list[Any]]:
        """Take the expanded changelogs; one that is cut short is asked for by itself."""
        found = {}
        for issue in issues:
            told = issue if _is_whole(issue) else self.issue(str(issue["id"]))
            found[str(issue["id"])] = list(mapping_of(told.get("changelog")).get("histories") or ())
        return found

    def issue(self, issue: str) -> Any:
        """Ask for one ticket with its history."""
        return self.http.get(f"{self.api}/issue/{issue}", {"expand": "changelog,names"}).json()


SITES: dict[Deployment, type[Cloud] | type[DataCenter]] = {"cloud": Cloud, "data_center": DataCenter}


def _is_whole(issue: Any) -> bool:
    changelog = mapping_of(mapping_of(issue).get("changelog"))
    known = changelog.get("histories")
    return isinstance(known, list) and len(known) >= int(changelog.get("total") or 0)


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise BadAnswerError("jira answers a search with something that is no page; check the address")
    return answer


def _named(told: dict[str, Any]) -> list[Any]:
    """Return the tickets of a page, each with the names of the fields that it fills: ids differ from site to site."""
    names, issues = mapping_of(told.get("names")), told.get("issues") or []
    if not names:
        return issues
    return [
        {**issue, "names": {key: names[key] for key, value in issue["fields"].items() if _is_own(key, value, names)}}
        for issue in issues
    ]


def _is_own(key: str, value: Any, names: Mapping[str, Any]) -> bool:
    return key.startswith("customfield_") and value is not None and key in names


def _dated(history: Any) -> Any:
    """Return a history with its time as text: some sites send milliseconds here, against their own description."""
    created = mapping_of(history).get("created")
    if isinstance(created, int):
        return {**history, "created": datetime.fromtimestamp(created / 1_000, UTC).isoformat()}
    return history
