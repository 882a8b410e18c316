"""What is sent to write a comment is what the vendors' own descriptions take."""

import json
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from pipelines.sources.loopback import Request
from tests.contracts.collecting import overheard
from tests.contracts.outbox_sites import Site, jira_site, linear_site
from tests.contracts.test_jira_server import _fits, _validate


def said(site: Site, settings: Any) -> list[Request]:
    """All requests of a comment that is posted and then written anew."""
    heard = overheard(site.site)
    for name in ("immature", "grade_a"):
        site.make(settings, site.draft(name))
        site.deliver(settings)
    assert len(site.texts()) == 1
    return [request for request, _ in heard]


def test_linear_is_asked_by_its_own_schema(settings, vendor_api: Path):
    schema = build_schema((vendor_api / "linear.schema.graphql").read_text(), assume_valid=True)
    names = set()
    with linear_site() as site:
        for request in said(site, settings):
            asked = request.json()
            document = parse(asked["query"])
            assert validate(schema, document) == []
            (operation,) = document.definitions
            assert isinstance(operation, OperationDefinitionNode)
            found = get_variable_values(schema, operation.variable_definitions, asked["variables"])
            assert not isinstance(found, list), found
            names.add(asked["operationName"])
    assert names == {"OurIssue", "OurCard", "OurComment", "KeepCard", "PostComment", "ReplaceComment"}


def test_jira_is_asked_by_its_own_description(settings, vendor_api: Path):
    described = json.loads((vendor_api / "jira-cloud.openapi.json").read_text())
    written = []
    with jira_site() as site:
        for request in said(site, settings):
            paths = [path for path in described["paths"] if _fits(path, request.path)]
            assert paths, request.path
            operation = described["paths"][min(paths, key=lambda path: path.count("{"))][request.method.lower()]
            asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if asked:
                _validate(described, asked, request.json())
            if request.method != "GET":
                written.append(operation["operationId"])
    assert written == ["addComment", "setIssueProperty", "updateComment"]
