"""Answers as the vendor's API does: lists by cursor in the Link header, sessions as series of groups, issues alone."""

from datetime import datetime, timedelta

from pipelines.clock import parse_time
from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.sentry.server.store import Row, Series, Store

_HOUR = timedelta(hours=1)
_ONLY_ALONE = ("activity", "seenBy", "participants", "firstRelease", "lastRelease", "userReportCount")


def serve(store: Store) -> Loopback:
    """Return a server over the store; it answers inside its context."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if request.headers.get("authorization") not in {f"Bearer {token}" for token in store.tokens}:
        return Reply(401, json={"detail": "Invalid token"})
    match request.path.strip("/").split("/"):
        case ["api", "0", "organizations", store.organization, *rest]:
            return _of_organization(store, request, rest)
        case _:
            return Reply(404, json={"detail": "The requested resource does not exist"})


def _of_organization(store: Store, request: Request, rest: list[str]) -> Reply:
    match rest:
        case ["projects"]:
            rows = [_project(slug, number) for slug, number in sorted(store.projects.items())]
            return _listed(store, request, rows, "slug")
        case ["sessions"]:
            return _sessions(store, request)
        case ["issues"]:
            return _issues(store, request)
        case ["issues", name] if name in store.issues:
            return Reply(json=store.issues[name])
        case _:
            return Reply(404, json={"detail": "The requested resource does not exist"})


def _project(slug: str, number: int) -> Row:
    return {"id": str(number), "slug": slug, "name": slug.title(), "platform": "python", "status": "active"}


def _sessions(store: Store, request: Request) -> Reply:
    if not request.query.get("field"):
        return Reply(400, json={"detail": 'Request is missing a "field"'})
    start, end = (parse_time(request.asked(name) or "") for name in ("start", "end"))
    hours = [start + number * _HOUR for number in range((end - start) // _HOUR)]
    if len(hours) > store.most_points:
        return Reply(400, json={"detail": "Your interval and date range would create too many results."})
    projects = set(map(int, request.query.get("project", ())))
    found = [
        (key, kept) for key, kept in store.sessions.items() if key[0] in projects and any(at in kept for at in hours)
    ]
    found = sorted(found, key=lambda one: -sum(count for count, _ in one[1].values()))
    groups = [_group(key, kept, hours) for key, kept in found[: store.most_points // (len(hours) + 1)]]
    told = {"start": _iso(start), "end": _iso(end), "query": "", "intervals": [_iso(at) for at in hours]}
    return Reply(json={**told, "groups": groups})


def _group(key: Series, kept: dict[datetime, tuple[int, float]], hours: list[datetime]) -> Row:
    counts = [kept[at][0] if at in kept else 0 for at in hours]
    rates = [kept[at][1] if at in kept else None for at in hours]
    total = sum(counts)
    free = sum(count * (rate or 0) for count, rate in zip(counts, rates, strict=True))
    return {
        "by": {"release": key[1], "environment": key[2]},
        "totals": {"sum(session)": total, "crash_free_rate(session)": free / total if total else None},
        "series": {"sum(session)": counts, "crash_free_rate(session)": rates},
    }


def _issues(store: Store, request: Request) -> Reply:
    start, end = (parse_time(request.asked(name) or "") for name in ("start", "end"))
    query, projects = request.asked("query") or "", set(request.query.get("project", ()))
    level = query.partition("level:")[2].partition(" ")[0]
    rows = [
        {name: value for name, value in row.items() if name not in _ONLY_ALONE}
        for row in store.issues.values()
        if row.get("lastSeen")
        and start <= parse_time(row["lastSeen"]) <= end
        and (not level or row.get("level") == level)
        and str(row["project"]["id"]) in projects
    ]
    return _listed(store, request, sorted(rows, key=lambda row: str(row["id"])), "id")


def _listed(store: Store, request: Request, rows: list[Row], name: str) -> Reply:
    """Answer a page: the cursor names the value after which it goes on, so nothing shifts between two pages."""
    after = (request.asked("cursor") or "").partition(":")[0]
    left = [row for row in rows if str(row[name]) > after]
    shown = left[: min(int(request.asked("limit") or 100), store.most_per_page)]
    more = "true" if len(shown) < len(left) else "false"
    cursor = f"{shown[-1][name] if shown else ''}:0:0"
    address = f"http://{request.headers['host']}{request.path}"
    link = (
        f'<{address}?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", '
        f'<{address}?cursor={cursor}>; rel="next"; results="{more}"; cursor="{cursor}"'
    )
    return Reply(json=shown, headers={"Link": link})


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
