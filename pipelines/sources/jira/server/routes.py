"""What a played Jira Cloud answers to each request, with its paging, its traps and its errors."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.jira.server.search import NotAQueryError, found
from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Loopback, Reply, Request

_GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. See CHANGE-2046."
_EMBEDDED_COMMENTS = 20
# Jira gives whole tickets by the hundred, and thousands only where nothing but the id is asked for.
_MOST_IDS = 5_000
_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]


def serve(store: Store) -> Loopback:
    """Return a server for a site; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    signed_in = request.headers.get("authorization", "") in store.tokens
    for method, pattern, handler, is_public in _ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            # Jira answers a search by nobody with nothing found, and not with a refusal.
            if not signed_in and not is_public:
                return _error(401, "Client must be authenticated to access this resource.")
            return handler(store if signed_in else Store(store.site), request, match.groups())
    return _error(404, "dead link")


def _error(status: int, message: str) -> Reply:
    return Reply(status, {"errorMessages": [message], "errors": {}})


def _search(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    asked = request.json()
    try:
        issues = found(store, asked.get("jql", ""))
        start = _position(asked.get("nextPageToken"))
    except NotAQueryError as error:
        return _error(400, str(error))
    fields = asked.get("fields") or ["id"]
    most = _MOST_IDS if set(fields) <= {"id", "key"} else store.quirks.most_per_page
    size = min(asked.get("maxResults", 50), most)
    page, token = issues[start : start + size], None
    if start + size < len(issues):
        token = _token(start if store.quirks.repeats_token and start else start + size)
    if store.quirks.empty_page_after and start >= size * store.quirks.empty_page_after:
        page, token = [], _token(start + 1)
    body = {"issues": [_told(store, issue, fields) for issue in page], "isLast": token is None}
    return Reply(json=body if token is None else {**body, "nextPageToken": token})


def _told(store: Store, issue: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    if fields == ["id"]:
        return {"id": issue["id"]}
    head = {name: issue[name] for name in ("id", "key", "self", "expand") if name in issue}
    if set(fields) <= {"id", "key"}:
        return head
    told = issue["fields"] if "*all" in fields else {name: issue["fields"].get(name) for name in fields}
    if "comment" in fields or "*all" in fields:
        comments = store.comments.get(issue["key"], [])
        embedded = comments[:_EMBEDDED_COMMENTS]
        page = {"comments": embedded, "total": len(comments), "maxResults": len(embedded), "startAt": 0}
        told = {**told, "comment": page}
    return {**head, "fields": told}


def _histories(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    asked = request.json()
    named = [issue for name in asked["issueIdsOrKeys"] if (issue := store.find(name))]
    if len(asked["issueIdsOrKeys"]) > 1_000:
        return _error(400, "No more than 1000 issues may be asked for.")
    rows = [(str(issue["id"]), one) for issue in named for one in store.histories[str(issue["id"])]]
    try:
        start = _position(asked.get("nextPageToken"))
    except NotAQueryError as error:
        return _error(400, str(error))
    size = min(asked.get("maxResults", 1_000), 10_000)
    page: dict[str, list[Any]] = {}
    for issue_id, one in rows[start : start + size]:
        page.setdefault(issue_id, []).append(one)
    logs = [{"issueId": issue_id, "changeHistories": histories} for issue_id, histories in page.items()]
    body: dict[str, Any] = {"issueChangeLogs": logs}
    return Reply(json=body if start + size >= len(rows) else {**body, "nextPageToken": _token(start + size)})


def _issue(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return _error(404, "Issue does not exist or you do not have permission to see it.")
    return Reply(json=_told(store, issue, ["*all"]))


def _comments(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return _error(404, "Issue does not exist or you do not have permission to see it.")
    rows, start = store.comments.get(issue["key"], []), int(request.asked("startAt") or 0)
    size = min(int(request.asked("maxResults") or 50), 100)
    page = rows[start : start + size]
    return Reply(json={"comments": page, "startAt": start, "maxResults": size, "total": len(rows)})


def _remotelinks(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return _error(404, "Issue does not exist or you do not have permission to see it.")
    return Reply(json=store.remotelinks.get(issue["key"], []))


def _myself(_: Store, __: Request, ___: tuple[str, ...]) -> Reply:
    return Reply(json={"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Storyline", "timeZone": "UTC"})


def _server_info(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    return Reply(json={"baseUrl": f"https://{store.site}", "deploymentType": "Cloud", "version": "1001.0.0-SNAPSHOT"})


def _removed(_: Store, __: Request, ___: tuple[str, ...]) -> Reply:
    return _error(410, _GONE)


def _statuses(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    return Reply(json=store.statuses)


def _projects(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    found = {issue["fields"]["project"]["key"]: issue["fields"]["project"] for issue in store.issues.values()}
    start = int(request.asked("startAt") or 0)
    page = [found[key] for key in sorted(found)][start : start + 50]
    last = start + 50 >= len(found)
    return Reply(json={"values": page, "startAt": start, "maxResults": 50, "total": len(found), "isLast": last})


def _boards(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    wanted = request.asked("projectKeyOrId")
    keys = {board["id"]: mapping_of(board.get("location")).get("key") for board in store.boards}
    values = [{"id": board["id"], "name": board.get("name")} for board in store.boards if keys[board["id"]] == wanted]
    return Reply(json={"values": values, "startAt": 0, "maxResults": 50, "total": len(values), "isLast": True})


def _board(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    board = next((board for board in store.boards if str(board["id"]) == names[0]), None)
    return _error(404, "The requested board cannot be viewed.") if board is None else Reply(json=board)


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"from": position}).encode()).decode()


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["from"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise NotAQueryError("The provided next page token is invalid or expired.") from None


_ISSUE = r"/rest/api/3/issue/([^/]+)"
# Method, path, handler, whether it answers without a token.
_ROUTES: tuple[tuple[str, str, _Handler, bool], ...] = (
    ("POST", "/rest/api/3/search/jql", _search, True),
    ("POST", "/rest/api/3/changelog/bulkfetch", _histories, False),
    ("GET", _ISSUE, _issue, False),
    ("GET", f"{_ISSUE}/comment", _comments, False),
    ("GET", f"{_ISSUE}/remotelink", _remotelinks, False),
    ("GET", "/rest/api/3/myself", _myself, False),
    ("GET", "/rest/api/3/serverInfo", _server_info, True),
    ("GET", "/rest/api/3/status", _statuses, False),
    ("GET", "/rest/api/3/project/search", _projects, False),
    ("GET", "/rest/agile/1.0/board", _boards, False),
    ("GET", r"/rest/agile/1.0/board/(\d+)/configuration", _board, False),
    ("GET", "/rest/api/[23]/search", _removed, True),
    ("POST", "/rest/api/[23]/search", _removed, True),
)
