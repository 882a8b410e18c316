"""The part of Linear's filters and orders that a collector needs: teams, ids, bounds of the last update."""

from collections.abc import Mapping
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.linear.server.nodes import Node
from pipelines.sources.linear.server.refusals import Refused
from pipelines.sources.linear.server.store import Store


def found_issues(store: Store, args: Mapping[str, Any]) -> list[Node]:
    """Return the issues that a filter finds, newest first.

    Raises:
        Refused: the filter has more in it than is played here.
    """
    rows = [one for one in store.issues.values() if args.get("includeArchived") or not one.get("archivedAt")]
    rows = [one for one in rows if _fits(one, args.get("filter") or {})]
    order = args.get("orderBy") or "createdAt"
    # By id where the moment is one: no list may change its order between two pages.
    return sorted(rows, key=lambda one: (parse_time(one[order]), one["id"]), reverse=True)


def _fits(issue: Node, wanted: Mapping[str, Any]) -> bool:
    for name, bounds in wanted.items():
        match name:
            case "team":
                if not _is(issue["team"]["key"], bounds["key"]):
                    return False
            case "id":
                if not _is(issue["id"], bounds):
                    return False
            case "updatedAt":
                if not _lies_within(issue["updatedAt"], bounds):
                    return False
            case _:
                raise Refused(400, f'Field "{name}" is not played here', "GRAPHQL_VALIDATION_FAILED")
    return True


def _is(value: str, bounds: Mapping[str, Any]) -> bool:
    return value == bounds["eq"] if "eq" in bounds else value in bounds["in"]


def _lies_within(value: str, bounds: Mapping[str, str]) -> bool:
    at = parse_time(value)
    is_late = "gte" not in bounds or at >= parse_time(bounds["gte"])
    return is_late and ("lte" not in bounds or at <= parse_time(bounds["lte"]))
