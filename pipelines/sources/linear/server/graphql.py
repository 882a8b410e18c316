"""Carries out a document over nodes: fields by name, lists by page, and the cost of it by Linear's own count.

The project ships no copy of Linear's schema; the tests carry every answer out once more over the schema itself.
"""

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, OperationType, SelectionSetNode, parse
from graphql.utilities import value_from_ast_untyped

from pipelines.sources.linear.server import writes
from pipelines.sources.linear.server.finding import found_issues
from pipelines.sources.linear.server.refusals import Refused
from pipelines.sources.linear.server.store import Store

_DEFAULT_FIRST = 50


class Document:
    """One query or mutation with its variables, not yet carried out.

    Attributes:
        wrote: once it is, what it wrote in a few words; None for a query.
    """

    def __init__(self, store: Store, asked: Mapping[str, Any]) -> None:
        self.wrote: str | None = None
        self._store, self._variables = store, dict(asked.get("variables") or {})
        operation = parse(asked["query"]).definitions[0]
        assert isinstance(operation, OperationDefinitionNode), "a document holds one operation"
        self._operation = operation

    @property
    def complexity(self) -> float:
        """What it costs: a field 0.1, an object 1, a list so many times its content as are asked for."""
        return self._cost(self._operation.selection_set)

    def carried_out(self) -> dict[str, Any]:
        """Return its data.

        Raises:
            Refused: as Linear refuses it.
        """
        is_write = self._operation.operation is OperationType.MUTATION
        found: dict[str, Any] = {}
        for part in self._fields(self._operation.selection_set):
            args, name = self._arguments(part), part.name.value
            if is_write:
                value, self.wrote = writes.carry_out(self._store, name, args)
            else:
                value = self._root(name, args)
            found[_shown_name(part)] = self._shown(value, args, part.selection_set)
        return found

    def _root(self, name: str, args: Mapping[str, Any]) -> Any:
        store = self._store
        match name:
            case "viewer":
                return {"id": "5b1c8d3e-0000-4000-a000-000000000001", "name": "Storyline", "app": True, **store.viewer}
            case "organization":
                return {"urlKey": store.workspace, "name": store.workspace.title()}
            case "rateLimitStatus":
                return {"identifier": "key", "kind": "apiKey", "limits": _limits(store)}
            case "issues":
                return found_issues(store, args)
            case "issue":
                return store.find(args["id"]) or _missing("Issue")
            case "comment":
                pair = store.comment(args["id"])
                return {**pair[0], "issue": pair[1]} if pair else _missing("Comment")
            case "teams":
                wanted = ((args.get("filter") or {}).get("key") or {}).get("in")
                teams = [team for key, team in sorted(store.teams.items()) if wanted is None or key in wanted]
                return [{**team, "issueCount": self._count(team["key"])} for team in teams]
            case "issueLabels":
                named = ((args.get("filter") or {}).get("name") or {}).get("in")
                return [one for one in store.labels.values() if named is None or one["name"] in named]
            case "workflowStates":
                keys = (((args.get("filter") or {}).get("team") or {}).get("key") or {}).get("in")
                return [one for one in store.states.values() if keys is None or one["team"]["key"] in keys]
        raise Refused(400, f'Cannot query field "{name}" on type "Query".', "GRAPHQL_VALIDATION_FAILED")

    def _count(self, key: str) -> int:
        return sum(issue["team"]["key"] == key for issue in self._store.issues.values())

    def _shown(self, value: Any, args: Mapping[str, Any], selection: SelectionSetNode | None) -> Any:
        if selection is None or value is None:
            return value
        fields = self._fields(selection)
        if any(part.name.value == "nodes" for part in fields):
            value = self._page(value["nodes"] if isinstance(value, Mapping) else value, args, isinstance(value, list))
        if isinstance(value, list):
            return [self._shown(one, {}, selection) for one in value]
        return {
            _shown_name(part): self._shown(value.get(part.name.value), self._arguments(part), part.selection_set)
            for part in fields
        }

    def _page(self, rows: list[Any], args: Mapping[str, Any], is_root: bool) -> dict[str, Any]:
        quirks = self._store.quirks
        rows = [one for one in rows if args.get("includeArchived") or is_root or not one.get("archivedAt")]
        first = int(args.get("first") or _DEFAULT_FIRST)
        if not 0 < first <= 250:
            raise Refused(400, "Argument Validation Error: first must not be greater than 250", "INVALID_INPUT")
        size = min(first, quirks.most_per_page if is_root else quirks.per_list)
        ids = [one["id"] for one in rows]
        start = ids.index(args["after"]) + 1 if args.get("after") in ids else 0
        nodes = rows[start : start + size]
        is_more = start + size < len(rows)
        end = nodes[-1]["id"] if nodes else None
        if quirks.repeats_page and is_more and args.get("after"):
            end = args["after"]
        if quirks.empty_page and is_root and rows:
            nodes, is_more = [], True
        return {"nodes": nodes, "pageInfo": {"hasNextPage": is_more, "endCursor": end}}

    def _fields(self, selection: SelectionSetNode) -> list[FieldNode]:
        return [part for part in selection.selections if isinstance(part, FieldNode)]

    def _arguments(self, part: FieldNode) -> dict[str, Any]:
        return {one.name.value: value_from_ast_untyped(one.value, self._variables) for one in part.arguments}

    def _cost(self, selection: SelectionSetNode) -> float:
        cost = 0.0
        for part in self._fields(selection):
            if part.selection_set is None:
                cost += 0.1
            elif any(inner.name.value == "nodes" for inner in self._fields(part.selection_set)):
                cost += 1 + int(self._arguments(part).get("first") or _DEFAULT_FIRST) * self._cost(part.selection_set)
            else:
                cost += 1 + self._cost(part.selection_set)
        return cost


def _limits(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "requestedAmount": 0.0,
            "allowedAmount": bucket.limit,
            "period": bucket.refill_seconds * 1_000,
            "remainingAmount": bucket.left,
            "reset": bucket.reset_ms,
        }
        for kind, bucket in (("REQUESTS", store.requests), ("COMPLEXITY", store.complexity))
    ]


def _shown_name(part: FieldNode) -> str:
    return part.alias.value if part.alias else part.name.value


def _missing(what: str) -> Any:
    raise Refused(400, f"Entity not found: {what}", "INPUT_ERROR", f"Could not find referenced {what}.")
