"""What Jira Cloud alone answers: searches by token, histories in bulk, projects by page."""

import base64
import binascii
import json
from typing import Any

from pipelines.sources.jira.server.answers import error, told
from pipelines.sources.jira.server.search import NotAQueryError, found
from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Reply, Request

_GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. See CHANGE-2046."
# Jira gives whole tickets by the hundred, and thousands only where nothing but the id is asked for.
_MOST_IDS = 5_000


def search(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Answer a search: a page, and the token of the next one."""
    asked = request.json()
    try:
        issues = found(store, asked.get("jql", ""))
        start = _position(asked.get("nextPageToken"))
    except NotAQueryError as refused:
        return error(400, str(refused))
    fields = asked.get("fields") or ["id"]
    most = _MOST_IDS if set(fields) <= {"id", "key"} else store.quirks.most_per_page
    size = min(asked.get("maxResults", 50), most)
    page, token = issues[start : start + size], None
    if start + size < len(issues):
        token = _token(start if store.quirks.repeats_token and start else start + size)
    if store.quirks.empty_page_after and start >= size * store.quirks.empty_page_after:
        page, token = [], _token(start + 1)
    body: dict[str, Any] = {"issues": [told(store, issue, fields) for issue in page], "isLast": token is None}
    if store.names and asked.get("expand") == "names":
        body["names"] = store.names
    return Reply(json=body if token is None else {**body, "nextPageToken": token})


def histories(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Answer the histories of up to a thousand tickets."""
    asked = request.json()
    named = [issue for name in asked["issueIdsOrKeys"] if (issue := store.find(name))]
    if len(asked["issueIdsOrKeys"]) > 1_000:
        return error(400, "No more than 1000 issues may be asked for.")
    rows = [(str(issue["id"]), one) for issue in named for one in store.histories[str(issue["id"])]]
    try:
        start = _position(asked.get("nextPageToken"))
    except NotAQueryError as refused:
        return error(400, str(refused))
    size = min(asked.get("maxResults", 1_000), 10_000)
    page: dict[str, list[Any]] = {}
    for issue_id, one in rows[start : start + size]:
        page.setdefault(issue_id, []).append(one)
    logs = [{"issueId": issue_id, "changeHistories": histories} for issue_id, histories in page.items()]
    body: dict[str, Any] = {"issueChangeLogs": logs}
    return Reply(json=body if start + size >= len(rows) else {**body, "nextPageToken": _token(start + size)})


def history(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Answer a page of one ticket's history."""
    issue = store.find(names[0])
    if issue is None:
        return error(404, "Issue does not exist or you do not have permission to see it.")
    rows, start = store.histories[str(issue["id"])], int(request.asked("startAt") or 0)
    size = min(int(request.asked("maxResults") or 100), 100)
    last = start + size >= len(rows)
    body = {"values": rows[start : start + size], "startAt": start, "maxResults": size, "isLast": last}
    return Reply(json={**body, "total": len(rows)})


def projects(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Answer a page of the projects."""
    shown = store.projects
    start = int(request.asked("startAt") or 0)
    page = [shown[key] for key in sorted(shown)][start : start + 50]
    last = start + 50 >= len(shown)
    return Reply(json={"values": page, "startAt": start, "maxResults": 50, "total": len(shown), "isLast": last})


def removed(_: Store, __: Request, ___: tuple[str, ...]) -> Reply:
    """Say that the search by offset is no more."""
    return error(410, _GONE)


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"from": position}).encode()).decode()


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["from"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise NotAQueryError("The provided next page token is invalid or expired.") from None
