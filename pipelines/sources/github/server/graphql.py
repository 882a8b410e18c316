"""Carries out a query over nodes: fields by name, fragments by type, connections by page."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import FieldNode, GraphQLError, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse
from graphql.utilities import value_from_ast_untyped

from pipelines.sources.github.server import nodes
from pipelines.sources.github.server.store import Store


def carry_out(store: Store, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what GitHub answers to a query: its data, and errors for what is not there."""
    try:
        document = parse(asked["query"])
    except GraphQLError as error:
        return {"errors": [{"message": error.message}]}
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode), "a document holds one query"
    query = _Query(store, asked.get("variables") or {})
    data = query.shown(query.root(), operation.selection_set)
    return {"data": data, "errors": query.errors} if query.errors else {"data": data}


class _Query:
    def __init__(self, store: Store, variables: Mapping[str, Any]) -> None:
        self.errors: list[dict[str, Any]] = []
        self._store, self._variables = store, variables
        self._by_id: dict[str, Callable[[], nodes.Node]] = {}

    def root(self) -> dict[str, Any]:
        """Return the fields that a query starts from: what each gives for its arguments."""
        return {
            "__typename": "Query",
            "node": lambda args: self._node(args["id"], ["node"]),
            "nodes": lambda args: [self._node(name, ["nodes", at]) for at, name in enumerate(args["ids"])],
            "repository": lambda args: self._repository(f"{args['owner']}/{args['name']}"),
            "organization": lambda args: {"repositories": self._listed(f"{args['login']}/")},
            "viewer": {"__typename": "User", "login": "storyline", "repositories": self._listed("")},
        }

    def _listed(self, prefix: str) -> nodes.Connection:
        found = [one for name, one in self._store.repositories.items() if name.startswith(prefix)]
        return nodes.Connection([nodes.overview(one) for one in found])

    def _repository(self, name: str) -> Any:
        repository = self._store.repositories.get(name)
        if repository is None:
            self._missing(f"Could not resolve to a Repository with the name '{name}'.", ["repository"])
            return None
        return nodes.overview(repository)

    def _node(self, name: str, path: list[Any]) -> Any:
        if not self._by_id:
            for repository in self._store.repositories.values():
                self._by_id |= nodes.by_id(repository)
        if name in self._by_id:
            return self._by_id[name]()
        self._missing(f"Could not resolve to a node with the global id of '{name}'.", path)
        return None

    def _missing(self, message: str, path: list[Any]) -> None:
        self.errors.append({"type": "NOT_FOUND", "path": path, "message": message})

    def shown(self, node: Mapping[str, Any], selection: SelectionSetNode | None) -> dict[str, Any]:
        """Return the fields of a node that a selection names."""
        found: dict[str, Any] = {}
        for part in selection.selections if selection else ():
            if isinstance(part, InlineFragmentNode):
                condition = part.type_condition
                if condition is None or condition.name.value == node["__typename"]:
                    found |= self.shown(node, part.selection_set)
            elif isinstance(part, FieldNode):
                name = part.name.value
                args = {
                    one.name.value: value_from_ast_untyped(one.value, dict(self._variables)) for one in part.arguments
                }
                found[part.alias.value if part.alias else name] = self._field(node[name], args, part.selection_set)
        return found

    def _field(self, value: Any, args: Mapping[str, Any], selection: SelectionSetNode | None) -> Any:
        if callable(value):
            value = value(args)
        if isinstance(value, nodes.Connection):
            value = self._page(value, args)
        if isinstance(value, list):
            return [self._field(one, {}, selection) for one in value]
        return self.shown(value, selection) if isinstance(value, Mapping) and selection else value

    def _page(self, all_nodes: list[Any], args: Mapping[str, Any]) -> dict[str, Any]:
        kinds = {name.title().replace("_", "") for name in args.get("itemTypes") or ()}
        found = [one for one in all_nodes if not kinds or one["__typename"] in kinds]
        start, size = int(args.get("after") or 0), min(int(args["first"]), self._store.quirks.per_connection)
        end = start + size
        return {
            "nodes": list(found[start:end]),
            "totalCount": len(found),
            "pageInfo": {"hasNextPage": end < len(found), "endCursor": str(min(end, len(found)))},
        }
