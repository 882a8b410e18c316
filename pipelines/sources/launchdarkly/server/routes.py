"""What a played LaunchDarkly answers to each request, with its bounds, its versions and its errors."""

import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from pipelines.sources.launchdarkly.server.shapes import ACCOUNT, Json
from pipelines.sources.launchdarkly.server.store import Store, as_listed
from pipelines.sources.loopback import Loopback, Reply, Request

_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]
_BETA = "beta"
_VERSIONS = ("20240415", _BETA)
# Releases that ended longer ago are not told any more.
_REMEMBERED_MS = 90 * 24 * 3_600 * 1_000
_MOST_ENTRIES = 20


def serve(store: Store) -> Loopback:
    """Return a server for an account; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if request.headers.get("authorization", "") not in store.tokens:
        return _error(401, "unauthorized", "Invalid access token")
    # Without a version that of the token would hold, and answer in another shape.
    if request.headers.get("ld-api-version") not in _VERSIONS:
        return _error(400, "invalid_request", "This token's own version is not played here")
    for pattern, handler in _ROUTES:
        if request.method == "GET" and (match := re.fullmatch(pattern, request.path)):
            return handler(store, request, tuple(unquote(part) for part in match.groups()))
    return _error(404, "not_found", "Unknown resource")


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, json={"code": code, "message": message})


def _me(_: Store, __: Request, ___: tuple[str, ...]) -> Reply:
    return Reply(
        json={"accountId": ACCOUNT, "authKind": "token", "tokenKind": "auth", "tokenName": "storyline"},
        headers={"X-Ratelimit-Global-Remaining": "99", "X-Ratelimit-Route-Remaining": "99"},
    )


def _paged(store: Store, request: Request, found: Sequence[Json], most: int = 20) -> Reply:
    size = min(int(request.asked("limit") or most), store.quirks.most_per_page)
    offset = int(request.asked("offset") or 0)
    links = {"self": {"href": request.path, "type": "application/json"}}
    if offset + size < len(found):
        links["next"] = {"href": f"{request.path}?offset={offset + size}", "type": "application/json"}
    body = {"items": list(found[offset : offset + size]), "totalCount": len(found), "_links": links}
    return Reply(json=body)


def _projects(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    shown = [
        {
            "_links": {"self": {"href": f"/api/v2/projects/{key}", "type": "application/json"}},
            "_id": key,
            "key": key,
            "name": key.title(),
            "includeInSnippetByDefault": False,
            "tags": [],
        }
        for key in sorted(store.environments)
    ]
    return _paged(store, request, shown)


def _environments(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    if names[0] not in store.environments:
        return _error(404, "not_found", "Unknown project")
    return _paged(store, request, store.environments[names[0]])


def _audit_log(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    limit = int(request.asked("limit") or 10)
    if not 1 <= limit <= _MOST_ENTRIES:
        return _error(400, "invalid_request", f"limit must be between 1 and {_MOST_ENTRIES}")
    before, after, spec = (request.asked(name) for name in ("before", "after", "spec"))
    found = [one for one in store.entries if spec is None or _is_of(one, spec)]
    if before is not None and not store.quirks.ignores_before:
        found = [one for one in found if int(one["date"]) < int(before)]
    if after is not None:
        found = [one for one in found if int(one["date"]) > int(after)]
    found.sort(key=lambda one: (int(one["date"]), one["_id"]), reverse=True)
    links = {"self": {"href": request.path, "type": "application/json"}}
    return Reply(json={"items": [as_listed(one) for one in found[:limit]], "_links": links})


def _is_of(entry: Json, spec: str) -> bool:
    """Tell whether an entry is about what a resource specifier names; tags after a semicolon name nothing here."""
    wanted = [part.partition(";")[0] for part in spec.split(":")]
    for access in entry.get("accesses") or ():
        parts = [part.partition(";")[0] for part in str(access.get("resource")).split(":")]
        pairs = zip(parts, wanted, strict=False)
        if len(parts) == len(wanted) and all(fnmatchcase(part, want) for part, want in pairs):
            return True
    return False


def _entry(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    found = next((one for one in store.entries if one["_id"] == names[0]), None)
    if found is None or names[0] in store.quirks.lost_details:
        return _error(404, "not_found", "Unknown audit log entry")
    return Reply(json=found)


def _flags(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    if names[0] not in store.environments:
        return _error(404, "not_found", "Unknown project")
    filters = dict(part.split(":", 1) for part in (request.asked("filter") or "").split(",") if part)
    is_archived = filters.get("state") == "archived"
    found = [one for one in store.flags.get(names[0], {}).values() if one.get("archived", False) is is_archived]
    if request.asked("sort") == "creationDate":
        found.sort(key=lambda one: one["creationDate"])
    return _paged(store, request, [_shown(one, filters.get("filterEnv")) for one in found])


def _shown(flag: Json, environment: str | None) -> Json:
    """Return a flag as this version of the API lists it: environments only where one is asked for."""
    shown: dict[str, Any] = {name: part for name, part in flag.items() if name != "environments"}
    if environment in flag.get("environments", {}):
        shown["environments"] = {environment: flag["environments"][environment]}
    return shown


def _releases(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    if request.headers.get("ld-api-version") != _BETA:
        return _error(404, "not_found", "Unknown resource")
    found = store.releases.get("/".join(names), [])
    kept = [
        one for one in found if not store.now_ms or store.now_ms - one.get("endedAt", store.now_ms) < _REMEMBERED_MS
    ]
    return _paged(store, request, kept)


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    ("/api/v2/caller-identity", _me),
    ("/api/v2/projects", _projects),
    ("/api/v2/projects/([^/]+)/environments", _environments),
    ("/api/v2/auditlog", _audit_log),
    ("/api/v2/auditlog/([^/]+)", _entry),
    ("/api/v2/flags/([^/]+)", _flags),
    ("/api/v2/projects/([^/]+)/flags/([^/]+)/environments/([^/]+)/releases", _releases),
)
