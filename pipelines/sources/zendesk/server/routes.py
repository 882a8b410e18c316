"""What a played Zendesk answers to each request, with its paging, its limit and its errors."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any

from pipelines.clock import now
from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.zendesk.server.store import Row, Store, place_of, seconds_of

_Handler = Callable[[Store, Request, tuple[str, ...]], Reply]
_START_MUST_BE_OLDER_SECONDS = 60
_DEFAULT_PAGE = 1_000


def serve(store: Store) -> Loopback:
    """Return a server for an account; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    signed_in = request.headers.get("authorization", "") in store.tokens
    for pattern, handler in _ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and request.method == "GET":
            if handler is _me and not signed_in:
                # Of oneself anybody may ask, and a wrong token is nobody's.
                anonymous = {"id": None, "name": "Anonymous user", "role": "end-user", "active": False}
                return Reply(json={"user": anonymous})
            if not signed_in:
                return Reply(401, {"error": "Couldn't authenticate you"})
            return handler(store, request, match.groups())
    return _error(404, "InvalidEndpoint", "Not found")


def _error(status: int, error: str, description: str, **headers: str) -> Reply:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"error": error, "description": description, "message": description}, told)


def _export(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    if store.me["role"] != "admin":
        return _error(403, "Forbidden", "You do not have access to this page.")
    if (wait := _wait_seconds(store)) > 0:
        description = "Number of allowed incremental ticket export API requests per minute exceeded"
        return _error(429, "APIRateLimitExceeded", description, Retry_After=str(math.ceil(wait)))
    place = _place(store, request)
    if isinstance(place, Reply):
        return place
    until = now().timestamp() - store.quirks.excludes_seconds
    told = [row for row in store.feed() if seconds_of(row) <= until]
    start = next((index for index, row in enumerate(told) if place_of(row) > place), len(told))
    first = max(start - 1, 0) if store.quirks.overlaps and request.asked("cursor") else start
    size = min(int(request.asked("per_page") or _DEFAULT_PAGE), store.quirks.most_per_page)
    page, is_last = told[first : start + size], start + size >= len(told)
    after = _cursor(*place_of(page[-1])) if page else request.asked("cursor")
    if store.quirks.repeats_cursor and not is_last:
        after = request.asked("cursor") or _cursor(*place)
    path = f"https://{store.site}/api/v2/incremental/tickets/cursor.json?cursor="
    body: dict[str, Any] = {
        "tickets": [_told(row, request) for row in page],
        "after_cursor": after,
        "after_url": f"{path}{after}" if after else None,
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": is_last,
    }
    if "users" in (request.asked("include") or ""):
        named = {str(row.get("requester_id")) for row in page}
        body["users"] = [store.users[key] for key in sorted(named & store.users.keys())]
    return Reply(json=body)


def _told(ticket: Row, request: Request) -> Row:
    is_asked = "metric_sets" in (request.asked("include") or "")
    return ticket if is_asked else {name: value for name, value in ticket.items() if name != "metric_set"}


def _wait_seconds(store: Store) -> float:
    """Return how long until an export may be asked for again; note this one where it is answered."""
    if not store.quirks.requests_in_window:
        return 0
    at = now().timestamp()
    store.asked_at = [one for one in store.asked_at if at - one < store.quirks.window_seconds]
    if len(store.asked_at) >= store.quirks.requests_in_window:
        return store.quirks.window_seconds - (at - store.asked_at[0])
    store.asked_at.append(at)
    return 0


def _place(store: Store, request: Request) -> tuple[int, int] | Reply:
    cursor, start = request.asked("cursor"), request.asked("start_time")
    if cursor is not None:
        place = _position(cursor)
        if place is None or store.quirks.forgets_cursors:
            return _error(400, "InvalidPaginationParameter", "The cursor is invalid or expired")
        return place
    if start is None or not start.isdigit():
        return _error(400, "StartTimeMissing", "start_time must be given in seconds since 1970")
    if int(start) > now().timestamp() - _START_MUST_BE_OLDER_SECONDS:
        return _error(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
    return int(start), -1


def _cursor(seconds: int, ticket_id: int) -> str:
    return base64.urlsafe_b64encode(f"{seconds}.0||{ticket_id}".encode()).decode()


def _position(cursor: str) -> tuple[int, int] | None:
    try:
        seconds, _, ticket_id = base64.urlsafe_b64decode(cursor).decode().partition(".0||")
        return int(seconds), int(ticket_id)
    except (binascii.Error, ValueError):
        return None


def _comments(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    if names[0] not in store.tickets:
        return _error(404, "RecordNotFound", "Not found")
    rows = sorted(store.comments.get(names[0], []), key=lambda row: str(row["created_at"]))
    newest_first = request.asked("sort") == "-created_at"
    page = (rows[::-1] if newest_first else rows)[: int(request.asked("page[size]") or 100)]
    meta = {"has_more": len(page) < len(rows), "after_cursor": None, "before_cursor": None}
    return Reply(json={"comments": page, "meta": meta, "links": {"next": None, "prev": None}})


def _me(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    return Reply(json={"user": store.me})


def _brands(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    start = int(request.asked("page[after]") or 0)
    size = min(int(request.asked("page[size]") or 100), store.quirks.most_per_page)
    more = start + size < len(store.brands)
    meta = {"has_more": more, "after_cursor": str(start + size) if more else None, "before_cursor": None}
    return Reply(json={"brands": store.brands[start : start + size], "meta": meta})


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    (r"/api/v2/incremental/tickets/cursor(?:\.json)?", _export),
    (r"/api/v2/tickets/(\d+)/comments(?:\.json)?", _comments),
    (r"/api/v2/users/me(?:\.json)?", _me),
    (r"/api/v2/brands(?:\.json)?", _brands),
)
