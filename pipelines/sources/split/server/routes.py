"""What a played Split answers to each request, with its paging and its errors."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.split.server.store import Store

_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]

_API = "/internal/api/v2"
_USUAL, _MOST = 20, 50


def serve(store: Store) -> Loopback:
    """Return a server for an account; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    signed = request.headers.get("authorization") or request.headers.get("x-api-key", "")
    if signed not in store.tokens:
        return Reply(401, {"code": 401, "message": "Unauthorized"})
    for pattern, handler in _ROUTES:
        match = re.fullmatch(_API + pattern, request.path)
        if match and request.method == "GET":
            return handler(store, request, tuple(unquote(part) for part in match.groups()))
    return _missing()


def _missing() -> Reply:
    return Reply(404, {"code": 404, "message": "Object to retrieve not found", "details": ""})


def _page(store: Store, request: Request, rows: Iterable[Any]) -> Reply:
    every = list(rows)
    start = int(request.asked("offset") or 0)
    size = min(int(request.asked("limit") or _USUAL), _MOST, store.quirks.most_per_page)
    page = every[start : start + size]
    return Reply(json={"objects": page, "offset": start, "limit": size, "totalCount": len(every)})


def _workspaces(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    rows = ({"id": key, "name": name, "requiresTitleAndComments": False} for key, name in store.workspaces.items())
    return _page(store, request, rows)


def _environments(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    # The one list that comes whole.
    found = store.environments.get(names[0])
    return _missing() if found is None else Reply(json=list(found.values()))


def _flags(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    return _page(store, request, store.flags.get(names[0], {}).values())


def _definitions(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    if names[1] not in store.environments.get(names[0], {}):
        return _missing()
    return _page(store, request, store.definitions.get((names[0], names[1]), {}).values())


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    ("/workspaces", _workspaces),
    ("/environments/ws/([^/]+)", _environments),
    ("/splits/ws/([^/]+)", _flags),
    ("/splits/ws/([^/]+)/environments/([^/]+)", _definitions),
)
