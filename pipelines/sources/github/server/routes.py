"""What a played GitHub answers to each request, with its paging, its etags and its errors."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from pipelines.sources.base import mapping_of
from pipelines.sources.github.server import apps, graphql
from pipelines.sources.github.server.apps import error
from pipelines.sources.github.server.store import Repository, Row, Store
from pipelines.sources.loopback import Loopback, Reply, Request

_Handler = Callable[[Store, Repository, Request, tuple[str, ...]], Reply]
_VERSIONS = ("2022-11-28", "2026-03-10")


def serve(store: Store) -> Loopback:
    """Return a server of these repositories; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    path = request.path.removeprefix("/api/v3")
    if request.method == "POST" and (installation := re.fullmatch(r"/app/installations/(\d+)/access_tokens", path)):
        return apps.access_token(store, request, int(installation[1]))
    if request.headers.get("authorization", "") not in {f"Bearer {token}" for token in store.tokens}:
        return error(401, "Bad credentials")
    if request.headers.get("x-github-api-version", _VERSIONS[0]) not in _VERSIONS:
        return error(400, "API version is not supported")
    if request.method == "POST" and request.path in ("/graphql", "/api/graphql"):
        return _query(store, request)
    if path == "/meta":
        return Reply(json={"verifiable_password_authentication": False})
    named = re.match(r"/repos/([^/]+/[^/]+)", path)
    repository = store.repositories.get(named[1]) if named else None
    noted = re.fullmatch(r"/repos/[^/]+/[^/]+/releases/(\d+)", path)
    if request.method == "PATCH" and repository and noted:
        return _write_release(repository, request, int(noted[1]))
    for pattern, handler in _ROUTES if repository and request.method == "GET" else ():
        match = re.fullmatch(f"/repos/[^/]+/[^/]+{pattern}", path)
        if match and repository:
            return _tagged(request, handler(store, repository, request, match.groups()))
    return error(404, "Not Found")


def _query(store: Store, request: Request) -> Reply:
    asked = request.json()
    if len(mapping_of(asked.get("variables")).get("ids") or ()) > store.quirks.most_nodes:
        return error(502, "Something went wrong while executing your query.")
    return Reply(json=graphql.carry_out(store, asked))


def _tagged(request: Request, reply: Reply) -> Reply:
    if reply.status != 200:
        return reply
    tag = f'W/"{hashlib.sha256(json.dumps(reply.json).encode()).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Reply(304, headers={"ETag": tag})
    return replace(reply, headers={**reply.headers, "ETag": tag})


def _paged(store: Store, request: Request, rows: list[Row], envelope: str | None = None, total: int = 0) -> Reply:
    size, page = min(int(request.asked("per_page") or 30), 100), int(request.asked("page") or 1)
    shown = rows[(page - 1) * size : page * size]
    headers: dict[str, str] = {}
    if page * size < len(rows):
        following = page if store.quirks.repeats_page else page + 1
        asked = {name: values[-1] for name, values in request.query.items()} | {"page": str(following)}
        told = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in asked.items())
        headers["Link"] = f'<http://{request.headers["host"]}{request.path}?{told}>; rel="next"'
    return Reply(json=shown if envelope is None else {"total_count": total, envelope: shown}, headers=headers)


def _issues(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    since = request.asked("since") or ""
    rows = [row for row in repository.listed() if str(row["updated_at"]) >= since]
    rows = [row | {"node_id": repository.node_id("I", row, row["id"])} for row in rows]
    field = {"updated": "updated_at"}.get(request.asked("sort") or "", "created_at")
    rows.sort(key=lambda row: (str(row[field]), row["number"]), reverse=request.asked("direction") != "asc")
    return _paged(store, request, rows)


def _pulls(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    rows = sorted(repository.pulls.values(), key=lambda row: (str(row["created_at"]), row["number"]), reverse=True)
    return _paged(store, request, [repository.pulls[row["number"]] for row in rows])


def _of_number(field: str) -> _Handler:
    """Return what answers one list of one pull request or issue, as REST has it: a request each."""

    def listed(store: Store, repository: Repository, request: Request, names: tuple[str, ...]) -> Reply:
        return _paged(store, request, getattr(repository, field).get(int(names[0]), []))

    return listed


def _commits(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    return _paged(store, request, list(_reachable(repository, request.asked("sha") or repository.head())))


def _reachable(repository: Repository, sha: str | None) -> Iterable[Row]:
    """Yield a commit and all before it, as the list has them: newest first."""
    known = {row["sha"]: row for row in repository.commits}
    found, waiting = set[str](), [sha] if sha else []
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += [parent["sha"] for parent in known[name].get("parents") or ()]
    return [row for row in repository.commits if row["sha"] in found]


def _compare(store: Store, repository: Repository, request: Request, names: tuple[str, ...]) -> Reply:
    base, head = names
    if not {base, head} <= {row["sha"] for row in repository.commits}:
        return error(404, "Not Found")
    before = {row["sha"] for row in _reachable(repository, base)}
    new = [row for row in _reachable(repository, head) if row["sha"] not in before][::-1]
    page = _paged(store, request, new)
    return replace(page, json={"status": "ahead", "total_commits": len(new), "commits": page.json})


def _deployments(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    rows = sorted(repository.deployments.values(), key=lambda row: (str(row["created_at"]), row["id"]), reverse=True)
    rows = [row | {"node_id": repository.node_id("DE", row, row["id"])} for row in rows]
    return _paged(store, request, rows)


def _releases(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    return _paged(store, request, repository.releases)


def _release(_: Store, repository: Repository, __: Request, names: tuple[str, ...]) -> Reply:
    row = next((row for row in repository.releases if row["id"] == int(names[0])), None)
    return error(404, "Not Found") if row is None else Reply(json=row)


def _write_release(repository: Repository, request: Request, number: int) -> Reply:
    row = next((row for row in repository.releases if row["id"] == number), None)
    if row is None:
        return error(404, "Not Found")
    row.update({name: value for name, value in request.json().items() if name in ("body", "name")})
    return Reply(json=row, wrote=f"release {number}")


def _runs(store: Store, repository: Repository, request: Request, _: tuple[str, ...]) -> Reply:
    newest: dict[int, Row] = {}
    for (run_id, attempt), row in sorted(repository.runs.items()):
        newest[run_id] = row | {"run_attempt": attempt}
    begin, __, end = (request.asked("created") or "").removeprefix(">=").partition("..")
    rows = [row for row in newest.values() if begin <= str(row["created_at"]) <= (end or "9")]
    rows.sort(key=lambda row: (str(row["created_at"]), row["id"]), reverse=True)
    return _paged(store, request, rows[: store.quirks.most_runs], "workflow_runs", len(rows))


def _attempt(_: Store, repository: Repository, __: Request, names: tuple[str, ...]) -> Reply:
    row = repository.runs.get((int(names[0]), int(names[1])))
    return error(404, "Not Found") if row is None else Reply(json=row)


def _jobs(store: Store, repository: Repository, request: Request, names: tuple[str, ...]) -> Reply:
    rows = [row for row in repository.jobs if str(row.get("run_id")) == names[0]]
    return _paged(store, request, rows, "jobs", len(rows))


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    ("/issues", _issues),
    (r"/issues/(\d+)/events", _of_number("events_of")),
    (r"/issues/(\d+)/comments", _of_number("comments_of")),
    ("/pulls", _pulls),
    (r"/pulls/(\d+)/commits", _of_number("commits_of")),
    (r"/pulls/(\d+)/reviews", _of_number("reviews_of")),
    ("/commits", _commits),
    (r"/compare/(\w+)\.\.\.(\w+)", _compare),
    ("/deployments", _deployments),
    ("/releases", _releases),
    (r"/releases/(\d+)", _release),
    ("/actions/runs", _runs),
    (r"/actions/runs/(\d+)/attempts/(\d+)", _attempt),
    (r"/actions/runs/(\d+)/jobs", _jobs),
)
