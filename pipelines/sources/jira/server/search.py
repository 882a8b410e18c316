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
    tests = [
        _test(store, clause) for clause in re.split(r"\s+and\s+", parts["where"], flags=re.IGNORECASE) if clause.strip()
    ]
    if not tests:
        raise NotAQueryError(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    indexed = (issue for key, issue in store.issues.items() if key not in store.unindexed)
    rows = [issue for issue in indexed if all(test(issue) for test in tests)]
    # The last key first: sorting is stable.
    for name, _, way in reversed(
        [key.strip().partition(" ") for key in (parts["order"] or "").split(",") if key.strip()]
    ):
        rows.sort(key=_key(store, name.lower()), reverse=way.strip().lower() == "desc")
    return rows


def _test(store: Store, clause: str) -> Any:
    if since := _SINCE.fullmatch(clause.strip()):
        return lambda issue: _indexed_ms(store, updated_ms(issue)) >= _indexed_ms(store, int(since[1]))
    if projects := _PROJECTS.fullmatch(clause.strip()):
        named = {name.strip(' "') for name in (projects[1] or projects[2]).split(",")}
        if store.quirks.refuses_unknown_projects and (unknown := named - store.projects.keys()):
            raise NotAQueryError(f"The value '{min(unknown)}' does not exist for the field 'project'.")
        return lambda issue: issue["fields"]["project"]["key"] in named
    raise NotAQueryError(f"Error in the JQL Query: {clause.strip()!r} is not understood.")


def _indexed_ms(store: Store, at_ms: int) -> int:
    """Return a time as the index keeps it: to the millisecond on the cloud, to the second in a data center."""
    return at_ms if store.deployment == "cloud" else at_ms - at_ms % 1_000


def _key(store: Store, name: str) -> Any:
    match name:
        case "updated":
            return lambda issue: _indexed_ms(store, updated_ms(issue))
        case "id" | "key" | "created":
            return lambda issue: int(issue["id"])
        case _:
            raise NotAQueryError(f"Field {name!r} does not exist or you do not have permission to view it.")
