"""What is sent to write a comment is what the vendors' own descriptions take."""

import json
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from pipelines.sources.loopback import Request
from tests.contracts.collecting import overheard
from tests.contracts.follow_up_sites import ENABLED, FollowUps, called_for, follow_up_site
from tests.contracts.outbox_sites import Site, jira_site, linear_site
from tests.contracts.test_jira_server import _fits, _validate
from tests.unit.outbox.saying import terms


def said(site: Site, settings: Any) -> list[Request]:
    """All requests of a comment that is posted and then written anew."""
    heard = overheard(site.site)
    for name in ("immature", "grade_a"):
        site.make(settings, site.draft(name))
        site.deliver(settings)
    assert len(site.texts()) == 1
    return [request for request, _ in heard]


def made(site: FollowUps, settings: Any) -> list[Request]:
    """All requests of a follow-up story that is made, and looked for once more by a new warehouse."""
    heard = overheard(site.site)
    labels = {"labels": [next(iter(site.store.labels.values()))["name"]]} if site.source == "linear" else {}
    for _ in range(2):
        site.make(settings, called_for(site.ticket, site.source, **labels), rules=terms(**ENABLED))
        site.deliver(settings, rules=terms(**ENABLED))
        settings.database.unlink()
    assert len(site.texts()) == 1
    return [request for request, _ in heard]


def test_linear_is_asked_by_its_own_schema(settings, vendor_api: Path):
    with linear_site() as site:
        told = operations(said(site, settings), vendor_api)
    assert told == {"OurIssue", "OurCard", "OurComment", "KeepCard", "PostComment", "ReplaceComment"}
    with follow_up_site("linear") as site:
        told = operations(made(site, settings), vendor_api)
    assert told == {"OurIssue", "OurCard", "OurTeam", "OurLabels", "KeepCard", "MakeIssue", "RelateIssues"}


def operations(requests: list[Request], vendor_api: Path) -> set[str]:
    """Check requests against the schema of Linear's, and return their names."""
    schema, names = build_schema((vendor_api / "linear.schema.graphql").read_text(), assume_valid=True), set[str]()
    for request in requests:
        asked = request.json()
        document = parse(asked["query"])
        assert validate(schema, document) == []
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        found = get_variable_values(schema, operation.variable_definitions, asked["variables"])
        assert not isinstance(found, list), found
        names.add(asked["operationName"])
    return names


def test_jira_is_asked_by_its_own_description(settings, vendor_api: Path):
    with jira_site() as site:
        assert writes(said(site, settings), vendor_api) == ["addComment", "setIssueProperty", "updateComment"]
    with follow_up_site("jira") as site:
        assert writes(made(site, settings), vendor_api) == ["createIssue", "setIssueProperty"]
    with follow_up_site("unlinked") as site:
        told = writes(made(site, settings), vendor_api)
    assert told == ["createIssue", "setIssueProperty", "createIssue", "setIssueProperty", "linkIssues"]


def writes(requests: list[Request], vendor_api: Path) -> list[str]:
    """Check requests against Jira's description, and return the operations that write."""
    described = json.loads((vendor_api / "jira-cloud.openapi.json").read_text())
    written = []
    for request in requests:
        paths = [path for path in described["paths"] if _fits(path, request.path)]
        assert paths, request.path
        operation = described["paths"][min(paths, key=lambda path: path.count("{"))][request.method.lower()]
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if asked:
            _validate(described, asked, request.json())
        if request.method != "GET":
            written.append(operation["operationId"])
    return written
