"""Reads Jira Cloud's lists to their end: searches, histories, comments. A list that never ends is an error."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.recording import version_of
from pipelines.sources.live import BadAnswerError

_ISSUES = 100
_IDS = 5_000
_HISTORIES = 10_000
_AT_ONCE = 1_000
_COMMENTS = 100


def updated_ms(issue: Any) -> int:
    """Return when a ticket was last updated, in milliseconds.

    Raises:
        BadAnswerError: it does not tell.
    """
    version = version_of(issue)
    if version is None:
        raise BadAnswerError(f"jira does not tell when {mapping_of(issue).get('key')} was updated; try later")
    return round(version.timestamp() * 1_000)


def changed_issues(http: Http, project: str, since_ms: int) -> Iterator[list[Any]]:
    """Yield the tickets updated at or after a moment, page by page, oldest update first, each version once.

    Each page is a new search from the last update seen: a token counts rows, and rows move while we read. A token is
    followed only within tickets of one moment, and never twice.

    Raises:
        VendorError: a page cannot be read, repeats, or is empty though more is promised.
    """
    seen: set[tuple[str, int]] = set()
    token: str | None = None
    tokens: set[str] = set()
    while True:
        # Milliseconds, for a date is read in the time zone of whoever owns the token; no upper bound, or what
        # changes faster than we read is never seen.
        jql = f'project = "{project}" AND updated >= {since_ms} ORDER BY updated ASC, id ASC'
        answer = _page(http, {"jql": jql, "fields": ["*all"], "maxResults": _ISSUES}, token)
        issues, token = answer.get("issues") or [], answer.get("nextPageToken")
        versions = {(str(issue["id"]), updated_ms(issue)): issue for issue in issues}
        new = [issue for version, issue in versions.items() if version not in seen]
        seen |= versions.keys()
        if new:
            yield new
        if not token:
            return
        last = updated_ms(issues[-1])
        if last > since_ms:
            since_ms, token, tokens = last, None, set()
        elif token in tokens:
            raise BadAnswerError(f"jira repeats a page of {project} without end; try later")
        else:
            tokens.add(token)


def issue_ids(http: Http, projects: Sequence[str]) -> set[str]:
    """Return the ids of all tickets that these projects now hold.

    Raises:
        VendorError: a page cannot be read, repeats, or is empty though more is promised.
    """
    named = ", ".join(f'"{project}"' for project in projects)
    asked = {"jql": f"project in ({named}) ORDER BY id ASC", "fields": ["id"], "maxResults": _IDS}
    found: set[str] = set()
    token: str | None = None
    tokens: set[str] = set()
    while True:
        answer = _page(http, asked, token)
        found |= {str(issue["id"]) for issue in answer.get("issues") or ()}
        token = answer.get("nextPageToken")
        if not token:
            return found
        if token in tokens:
            raise BadAnswerError(f"jira repeats a page of the tickets of {named} without end; try later")
        tokens.add(token)


def _page(http: Http, asked: dict[str, Any], token: str | None) -> dict[str, Any]:
    body = asked if token is None else {**asked, "nextPageToken": token}
    answer = http.read("/rest/api/3/search/jql", body).json()
    if not isinstance(answer, dict):
        raise BadAnswerError("jira answers a search with something that is no page; check the address")
    if answer.get("nextPageToken") and not answer.get("issues"):
        raise BadAnswerError("jira answers a search with an empty page and promises more; try later")
    return answer


def histories(http: Http, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return the whole history of each of these tickets, oldest first, by id; one that has none may be left out.

    Raises:
        VendorError: a page cannot be read or repeats.
    """
    found: dict[str, list[Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        asked = {"issueIdsOrKeys": list(ids[start : start + _AT_ONCE]), "maxResults": _HISTORIES}
        tokens: set[str] = set()
        token = None
        while True:
            body = asked if token is None else {**asked, "nextPageToken": token}
            answer = http.read("/rest/api/3/changelog/bulkfetch", body).json()
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


def _dated(history: Any) -> Any:
    """Return a history with its time as text: some sites send milliseconds here, against their own description."""
    created = mapping_of(history).get("created")
    if isinstance(created, int):
        return {**history, "created": datetime.fromtimestamp(created / 1_000, UTC).isoformat()}
    return history


def comments(http: Http, key: str) -> list[Any]:
    """Return all comments of a ticket, oldest first.

    Raises:
        VendorError: a page cannot be read.
    """
    found: list[Any] = []
    while True:
        asked = {"startAt": len(found), "maxResults": _COMMENTS, "orderBy": "created"}
        answer = http.get(f"/rest/api/3/issue/{key}/comment", asked).json()
        page = answer.get("comments") or []
        found += page
        if not page or len(found) >= int(answer.get("total") or 0):
            return found
