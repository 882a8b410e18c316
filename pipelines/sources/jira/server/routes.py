"""What a played Jira answers to each request, with its paging, its traps and its errors."""

import re
from collections.abc import Callable

from pipelines.sources.base import mapping_of
from pipelines.sources.jira.connection import Deployment
from pipelines.sources.jira.server import cloud, data_center, permissions, writes
from pipelines.sources.jira.server.answers import error, told
from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Loopback, Reply, Request

_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]


def serve(store: Store) -> Loopback:
    """Return a server for a site; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    signed_in = request.headers.get("authorization", "") in store.tokens
    for method, pattern, handler, is_public in (*_ROUTES[store.deployment], *_BOARDS):
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            # Jira answers a search by nobody with nothing found, and not with a refusal.
            if not signed_in and not is_public:
                return error(401, "Client must be authenticated to access this resource.")
            return handler(store if signed_in else Store(store.site, store.deployment), request, match.groups())
    return error(404, "dead link")


def _issue(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return error(404, "Issue does not exist or you do not have permission to see it.")
    shown = told(store, issue, ["*all"])
    expand = (request.asked("expand") or "").split(",")
    if "changelog" in expand:
        shown["changelog"] = data_center.changelog(store, issue["id"])
    if "names" in expand:
        shown["names"] = store.names
    return Reply(json=shown)


def _comments(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return error(404, "Issue does not exist or you do not have permission to see it.")
    rows, start = store.comments.get(issue["key"], []), int(request.asked("startAt") or 0)
    size = min(int(request.asked("maxResults") or 50), 100)
    page = rows[start : start + size]
    return Reply(json={"comments": page, "startAt": start, "maxResults": size, "total": len(rows)})


def _remotelinks(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    issue = store.find(names[0])
    if issue is None:
        return error(404, "Issue does not exist or you do not have permission to see it.")
    return Reply(json=store.remotelinks.get(issue["key"], []))


def _myself(_: Store, __: Request, ___: tuple[str, ...]) -> Reply:
    return Reply(json={"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Storyline", "timeZone": "UTC"})


def _server_info(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    kind = {"cloud": ("Cloud", "1001.0.0-SNAPSHOT"), "data_center": ("Server", "9.12.0")}[store.deployment]
    return Reply(json={"baseUrl": f"https://{store.site}", "deploymentType": kind[0], "version": kind[1]})


def _statuses(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    return Reply(json=store.statuses)


def _boards(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    wanted, start = request.asked("projectKeyOrId"), int(request.asked("startAt") or 0)
    shown = [board for board in store.boards if mapping_of(board.get("location")).get("key") == wanted]
    page = [{"id": board["id"], "name": board.get("name")} for board in shown[start : start + 50]]
    last = start + 50 >= len(shown)
    return Reply(json={"values": page, "startAt": start, "maxResults": 50, "total": len(shown), "isLast": last})


def _board(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    seen = (board for board in store.boards if board["id"] not in store.hidden_boards)
    board = next((board for board in seen if str(board["id"]) == names[0]), None)
    return error(404, "The requested board cannot be viewed.") if board is None else Reply(json=board)


# Method, path, handler, whether it answers without a token.
_Route = tuple[str, str, _Handler, bool]


def _common(api: str) -> tuple[_Route, ...]:
    issue = f"{api}/issue/([^/]+)"
    return (
        ("GET", issue, _issue, False),
        ("GET", f"{issue}/comment", _comments, False),
        ("GET", f"{issue}/remotelink", _remotelinks, False),
        ("GET", f"{api}/myself", _myself, False),
        ("GET", f"{api}/mypermissions", permissions.mine, False),
        ("POST", f"{api}/issue", writes.create, False),
        ("POST", f"{issue}/comment", writes.comment, False),
        ("GET", f"{issue}/comment/([^/]+)", writes.one_comment, False),
        ("PUT", f"{issue}/comment/([^/]+)", writes.comment_again, False),
        ("DELETE", f"{issue}/comment/([^/]+)", writes.without_comment, False),
        ("POST", f"{issue}/remotelink", writes.remote_link, False),
        ("POST", f"{api}/issueLink", writes.link, False),
        ("GET", f"{api}/issueLinkType", writes.link_types, False),
        *(
            (method, f"{api}/{of}/([^/]+)/properties/([^/]+)", handler, False)
            for of in ("issue", "comment")
            for method, handler in (("PUT", writes.property_set), ("GET", writes.property_shown))
        ),
        ("GET", "/rest/api/[23]/serverInfo", _server_info, True),
        ("GET", f"{api}/status", _statuses, False),
    )


_ROUTES: dict[Deployment, tuple[_Route, ...]] = {
    "cloud": (
        *_common("/rest/api/3"),
        ("POST", "/rest/api/3/search/jql", cloud.search, True),
        ("POST", "/rest/api/3/changelog/bulkfetch", cloud.histories, False),
        ("GET", "/rest/api/3/issue/([^/]+)/changelog", cloud.history, False),
        ("GET", "/rest/api/3/project/search", cloud.projects, False),
        ("GET", "/rest/api/[23]/search", cloud.removed, True),
        ("POST", "/rest/api/[23]/search", cloud.removed, True),
    ),
    "data_center": (
        *_common("/rest/api/2"),
        ("POST", "/rest/api/2/search", data_center.search, True),
        ("GET", "/rest/api/2/project", data_center.projects, False),
    ),
}
_BOARDS: tuple[_Route, ...] = (
    ("GET", "/rest/agile/1.0/board", _boards, False),
    ("GET", r"/rest/agile/1.0/board/(\d+)/configuration", _board, False),
)
