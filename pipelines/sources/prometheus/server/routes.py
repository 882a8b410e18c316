"""Answers as the vendor's HTTP API does: range queries, one instant query that all servers know, and rules."""

from typing import Any
from urllib.parse import parse_qs

from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.prometheus.server.store import Store

_EXCEEDED = "exceeded maximum resolution of {:,} points per timeseries. Try decreasing the query resolution (?step=XX)"
_MANY = "query processing would load too many samples into memory in query execution"


def serve(store: Store) -> Loopback:
    """Return a server over the store; it answers inside its context."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if store.signed and request.headers.get("authorization") not in store.signed:
        return Reply(401, content=b"Unauthorized\n", headers={"WWW-Authenticate": 'Basic realm="prometheus"'})
    match request.path:
        case "/api/v1/query_range":
            return _range(store, request)
        case "/api/v1/query":
            sample = {"metric": {}, "value": [0, "1"]}
            return _success({"resultType": "vector", "result": [sample] if request.asked("query") else []})
        case "/api/v1/rules":
            rules = [{"name": name, "query": name, "health": "ok", "type": "recording"} for name in store.rules]
            return _success({"groups": [{"name": "g", "file": "f", "interval": 60, "rules": rules}]})
        case _:
            return Reply(404, content=b"404 page not found\n")


def _range(store: Store, request: Request) -> Reply:
    form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
    asked = form | {name: values[-1] for name, values in request.query.items()}
    try:
        query, start, end = asked["query"], float(asked["start"]), float(asked["end"])
        step = float(asked["step"].removesuffix("s"))
    except (KeyError, ValueError) as error:
        return _error(400, "bad_data", f"invalid parameter {error}")
    if query.count("(") != query.count(")"):
        return _error(400, "bad_data", f"1:{len(query) + 1}: parse error: unclosed left parenthesis")
    if end < start or step <= 0:
        return _error(400, "bad_data", 'invalid parameter "end": end timestamp must not be before start time')
    if (end - start) / step > store.quirks.most_points:
        return _error(400, "bad_data", _EXCEEDED.format(store.quirks.most_points))
    if store.quirks.error is not None:
        return Reply(json={"status": "error", "errorType": "internal", "error": store.quirks.error})
    found = [(one.metric, list(one.between(start, end, step))) for one in store.series.get(query, [])]
    # A series without a point in the range is not in the answer.
    result = [{"metric": metric, "values": values} for metric, values in found if values]
    if sum(len(one["values"]) for one in result) > store.quirks.most_samples:
        return _error(422, "execution", _MANY)
    return _success({"resultType": "matrix", "result": result}, store.quirks.warnings)


def _success(data: Any, warnings: list[str] | None = None) -> Reply:
    return Reply(json={"status": "success", "data": data, **({"warnings": warnings} if warnings else {})})


def _error(status: int, kind: str, error: str) -> Reply:
    return Reply(status, json={"status": "error", "errorType": kind, "error": error})
