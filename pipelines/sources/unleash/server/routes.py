"""What a played Unleash answers to each request, with its paging, its traps and its errors."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.unleash.server.store import Row, Store

_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]

_FILTER = re.compile(r"(IS|IS_ANY_OF):(.*)", re.DOTALL)
# Asked for more events than this, the server gives its usual 50.
_MOST, _USUAL = 1_000, 50
_FILTERED = {"project": "project", "feature": "featureName", "type": "type", "environment": "environment", "id": "id"}


def serve(store: Store) -> Loopback:
    """Return a server for a store; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if request.headers.get("authorization", "") not in store.tokens:
        return _error(401, "UnauthorizedError", "You must log in to use Unleash.")
    for pattern, handler in _ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and request.method == "GET":
            return handler(store, request, tuple(unquote(part) for part in match.groups()))
    return _error(404, "NotFoundError", f"The path you were looking for ({request.path}) is not available.")


def _error(status: int, name: str, message: str) -> Reply:
    return Reply(status, {"name": name, "message": message, "details": [{"message": message}]})


def _events(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    found = [row for row in reversed(store.events) if all(_fits(request, row, name) for name in _FILTERED)]
    asked = int(request.asked("limit") or _USUAL)
    size = min(asked if asked <= _MOST else _USUAL, store.quirks.most_per_page)
    start = int(request.asked("offset") or 0)
    return Reply(json={"events": found[start : start + size], "total": len(found)})


def _fits(request: Request, row: Row, name: str) -> bool:
    asked = _FILTER.fullmatch(request.asked(name) or "")
    if asked is None:
        return True
    values = [asked[2]] if asked[1] == "IS" else asked[2].split(",")
    return str(row[_FILTERED[name]]) in values


def _projects(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    rows = [{"id": name, "name": name.title(), "mode": "open", "featureCount": 0} for name in store.projects]
    return Reply(json={"version": 1, "projects": rows})


def _features(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    rows = [_listed(row) for row in store.features.values() if row["project"] == names[0]]
    return Reply(json={"version": 2, "features": rows})


def _listed(row: Row) -> dict[str, Any]:
    """Return a flag as a list shows it: its environments without their strategies."""
    kept = {name: row.get(name) for name in ("name", "description", "type", "createdAt", "stale", "impressionData")}
    environments = [
        {name: held[name] for name in ("name", "type", "enabled", "sortOrder")}
        | {"variantCount": 0, "lastSeenAt": None}
        for held in row["environments"]
    ]
    return {**kept, "favorite": False, "lastSeenAt": None, "environments": environments}


def _feature(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    row = store.features.get(names[1])
    if row is None or row["project"] != names[0]:
        return _error(404, "NotFoundError", f"Could not find feature flag with name {names[1]}")
    return Reply(json=row)


def _environments(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    rows = [
        {"name": name, "type": kind, "sortOrder": order, "enabled": True, "protected": False}
        for order, (name, kind) in enumerate(store.environments.items())
    ]
    return Reply(json={"version": 1, "environments": rows})


def _segments(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    return Reply(json={"segments": store.segments})


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    ("/api/admin/search/events", _events),
    ("/api/admin/projects", _projects),
    ("/api/admin/projects/([^/]+)/features", _features),
    ("/api/admin/projects/([^/]+)/features/([^/]+)", _feature),
    ("/api/admin/environments", _environments),
    ("/api/admin/segments", _segments),
)
