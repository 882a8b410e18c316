"""The part of JQL that a collector needs: projects, a lower bound of `updated`, and an order."""

import re
from typing import Any

from pipelines.sources.jira.server.store import Issue, Store, updated_ms

_ORDERED = re.compile(r"^(?P<where>.*?)(?:\s*\border\s+by\s+(?P<order>.+))?$", re.IGNORECASE | re.DOTALL)
_PROJECTS = re.compile(r'project\s*(?:=\s*"?([\w-]+)"?|in\s*\(([^)]*)\))', re.IGNORECASE)
_SINCE = re.compile(r"updated\s*>=\s*(\d+)", re.IGNORECASE)


class NotAQueryError(ValueError):
    """The query is refused. The message is what Jira says."""


def found(store: Store, jql: str) -> list[Issue]:
    """Return the tickets that a query finds, in its order.

    Raises:
        NotAQueryError: it has no bound, or more in it than is played here.
    """
    parts = _ORDERED.match(jql.strip())
    assert parts is not None, "the pattern matches any text"
    tests = [_test(clause) for clause in re.split(r"\s+and\s+", parts["where"], flags=re.IGNORECASE) if clause.strip()]
    if not tests:
        raise NotAQueryError(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    rows = [issue for issue in store.issues.values() if all(test(issue) for test in tests)]
    # The last key first: sorting is stable.
    for name, _, way in reversed(
        [key.strip().partition(" ") for key in (parts["order"] or "").split(",") if key.strip()]
    ):
        rows.sort(key=_key(name.lower()), reverse=way.strip().lower() == "desc")
    return rows


def _test(clause: str) -> Any:
    if since := _SINCE.fullmatch(clause.strip()):
        return lambda issue: updated_ms(issue) >= int(since[1])
    if projects := _PROJECTS.fullmatch(clause.strip()):
        named = {name.strip(' "') for name in (projects[1] or projects[2]).split(",")}
        return lambda issue: issue["fields"]["project"]["key"] in named
    raise NotAQueryError(f"Error in the JQL Query: {clause.strip()!r} is not understood.")


def _key(name: str) -> Any:
    match name:
        case "updated":
            return updated_ms
        case "id" | "key" | "created":
            return lambda issue: int(issue["id"])
        case _:
            raise NotAQueryError(f"Field {name!r} does not exist or you do not have permission to view it.")
