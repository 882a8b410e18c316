"""What a played Linear answers to each request, with its limits, its headers and its errors."""

from typing import Any

from graphql import GraphQLError

from pipelines.sources.linear.server.graphql import Document
from pipelines.sources.linear.server.refusals import Refused
from pipelines.sources.linear.server.store import Store
from pipelines.sources.loopback import Loopback, Reply, Request


def serve(store: Store) -> Loopback:
    """Return a server of a workspace; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if (request.method, request.path) != ("POST", "/graphql"):
        return Reply(404, {"error": "Not found"})
    cost = 0.0
    try:
        if request.headers.get("authorization", "") not in store.tokens:
            raise Refused(401, "Authentication required, not authenticated", "AUTHENTICATION_ERROR")
        document = Document(store, request.json())
        cost = document.complexity
        if cost > store.quirks.most_complexity:
            said = f"The query is too complex. Complexity: {cost}. Maximum allowed complexity: "
            raise Refused(400, "Query too complex", "INPUT_ERROR", f"{said}{store.quirks.most_complexity:g}.")
        _charge(store, cost)
        data = document.carried_out()
        return Reply(200, {"data": data}, _headers(store, cost), wrote=document.wrote)
    except Refused as refused:
        return Reply(refused.status, refused.body, _headers(store, cost))
    except GraphQLError as error:
        return Reply(400, {"errors": [{"message": error.message, "extensions": {"code": "GRAPHQL_PARSE_FAILED"}}]})


def _charge(store: Store, cost: float) -> None:
    if not (store.requests.take(1) and store.complexity.take(cost)):
        store.refused += 1
        said = "Rate limit exceeded. Please try again later."
        raise Refused(store.quirks.refuses_with, "Rate limit exceeded", "RATELIMITED", said)


def _headers(store: Store, cost: float) -> dict[str, str]:
    told: dict[str, Any] = {"X-Complexity": f"{cost:g}"}
    for name, bucket in (("Requests", store.requests), ("Complexity", store.complexity)):
        told[f"X-RateLimit-{name}-Limit"] = f"{bucket.limit:.0f}"
        told[f"X-RateLimit-{name}-Remaining"] = f"{bucket.left:.0f}"
        if not store.quirks.names_no_reset:
            told[f"X-RateLimit-{name}-Reset"] = str(bucket.reset_ms)
    return told
