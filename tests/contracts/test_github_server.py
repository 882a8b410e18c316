"""The played GitHub speaks as GitHub's own descriptions say, and so do we: they come from the npm registry."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    execute,
    parse,
    validate,
)

from pipelines.company import Scale, simulate
from pipelines.settings import Settings
from pipelines.sources.github.demo import hub
from pipelines.sources.github.server import Store, serve
from tests.contracts.collecting import overheard
from tests.contracts.played_github import FIXTURES, TOKEN, busy, run

# What recordings were made without: they were edited by hand, or are older than the description.
_LACKING = frozenset({"required"})


@pytest.fixture(scope="module", params=["recorded", "the demo company"])
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    """Every request of a collection, with its answer: of what was recorded, and of what the demo draws."""
    if request.param == "the demo company":
        company = simulate(Scale.small(), 3)
        as_of = company.begins_at + (company.ends_at - company.begins_at) * 0.9
        store = hub(company, as_of, tokens={TOKEN})
        # The company has no releases.
        next(iter(store.repositories.values())).releases = Store().record(FIXTURES).releases
        return _heard(store, tmp_path_factory)
    return _heard(_recorded(), tmp_path_factory)


def _recorded() -> Store:
    store = Store(tokens={TOKEN})
    shop = store.record(FIXTURES)
    busy(shop, 3)
    # The fixtures hold what some proxies make of GitHub's words; GitHub itself speaks as here.
    shop.jobs = [row | {"status": "completed", "conclusion": "success"} for row in shop.jobs]
    for row in shop.runs.values():
        row |= {"status": row["status"].lower(), "conclusion": row.get("conclusion") or None}
    return store


def _heard(store: Store, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    store.quirks.per_connection = 2
    with serve(store) as site:
        said = overheard(site)
        home = Settings(home=tmp_path_factory.mktemp("heard") / "home")
        assert run(home, site, store).errors == []
    return said


@pytest.fixture(scope="module")
def schema(github_schemas: Path) -> GraphQLSchema:
    return build_schema((github_schemas / "schema.graphql").read_text(), assume_valid=True)


def test_every_query_is_one_that_githubs_schema_allows(heard, schema):
    documents = {request.json()["query"] for request, _ in heard if request.path == "/graphql"}
    assert len(documents) >= 4
    for document in documents:
        assert validate(schema, parse(document)) == []


def test_every_answer_of_graphql_is_of_the_types_of_githubs_schema(heard, schema):
    checked = 0
    for request, reply in heard:
        if request.path != "/graphql":
            continue
        asked = request.json()
        # The schema itself carries out the query over what was answered: null or a wrong kind where it may not be
        # is an error.
        result = execute(
            schema,
            parse(asked["query"]),
            root_value=reply.json["data"],
            variable_values=asked["variables"],
            field_resolver=lambda node, info, **_: node[info.path.key],
            type_resolver=lambda node, info, kind: node["__typename"],
        )
        assert result.errors is None, asked["query"][:60]
        assert json.loads(json.dumps(result.data)) == reply.json["data"]
        checked += 1
    assert checked >= 6


def test_every_answer_of_rest_is_what_githubs_description_says(heard, github_schemas):
    described = json.loads((github_schemas / "api.github.com.json").read_text())
    checked = set()
    for request, reply in heard:
        if request.path == "/graphql" or reply.status != 200:
            continue
        path = next(path for path in described["paths"] if _fits(path, request.path))
        operation = described["paths"][path]["get"]
        named = {one["name"] for one in (_resolved(described, one) for one in operation["parameters"])}
        assert set(request.query) <= named, f"{path} takes no {set(request.query) - named}"
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**answer, "components": described["components"]})
        wrong = [one for one in validator.iter_errors(_told(reply.json)) if one.validator not in _LACKING]
        wrong = [one for one in wrong if not _is_lacking(one)]
        assert wrong == [], f"{path}: {wrong[0].json_path} {wrong[0].message[:200]}"
        checked.add(path.removeprefix("/repos/{owner}/{repo}"))
    assert checked >= {"/issues", "/commits", "/deployments", "/releases", "/actions/runs"}


def _told(value: Any) -> Any:
    """Leave out null: recordings are older than the description, or were edited by hand."""
    if isinstance(value, dict):
        return {name: _told(part) for name, part in value.items() if part is not None}
    return [_told(part) for part in value] if isinstance(value, list) else value


def _is_lacking(error: Any) -> bool:
    """Tell whether all that is wrong with an alternative is a field that the recording lacks."""
    return bool(error.context) and any(
        all(one.validator in _LACKING or _is_lacking(one) for one in error.context if one.schema_path[0] == branch)
        for branch in {one.schema_path[0] for one in error.context}
    )


def _resolved(described: Any, value: Any) -> Any:
    reference = value.get("$ref")
    if reference is None:
        return value
    for part in reference.removeprefix("#/").split("/"):
        described = described[part]
    return described


def _fits(path: str, asked: str) -> bool:
    pattern = re.sub(r"\\\{(\w+)\\\}", r"[^/]+", re.escape(path))
    return re.fullmatch(pattern, asked) is not None
