"""The played Jira speaks as Jira's own description says, as far as real sites keep to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

import pipelines.sources.jira as jira
from pipelines.clock import now
from pipelines.collect import Trip, collect
from pipelines.company import Scale, simulate
from pipelines.settings import Settings
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.demo import site as drawn
from pipelines.sources.jira.server import Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import overheard

CONNECTION = JiraConnection(url="https://x", email="ann@acme.example", projects=("SHOP",), token=SecretStr("t0ken"))


@pytest.fixture(params=["recorded", "the demo company"])
def site(request: pytest.FixtureRequest) -> Iterator[Loopback]:
    """What was recorded, and what the demo draws."""
    if request.param == "recorded":
        store = Store.from_recording(Path(jira.__file__).parent / "fixtures", tokens=[CONNECTION.authorization])
    else:
        company = simulate(Scale.demo(), 3)
        store = drawn(company, company.ends_at, tokens={CONNECTION.authorization})
    with serve(store) as site:
        yield site


def run(settings: Settings, site: Loopback) -> None:
    collector = jira.SOURCE.collector(CONNECTION.model_copy(update={"url": site.url}), Network(attempts=1))
    assert collect(settings, jira.SOURCE, collector, Trip("ingest", now())).errors == []
    collector.close()


def test_every_answer_of_the_played_site_is_what_jiras_own_description_says(site, settings, vendor_api):
    described = json.loads((vendor_api / "jira-cloud.openapi.json").read_text())
    answers = overheard(site)
    run(settings, site)
    checked = set()
    for request, reply in answers:
        # What kind of site it is, is asked below the version that both kinds know.
        asked = request.path.replace("/rest/api/2/serverInfo", "/rest/api/3/serverInfo")
        path = next((path for path in described["paths"] if _fits(path, asked)), None)
        if path is None:
            assert request.path.startswith("/rest/agile/"), request.path
            continue
        operation = described["paths"][path][request.method.lower()]
        content = operation["responses"][str(reply.status)].get("content")
        if content:
            # The list of remote links is described as one of them.
            for value in reply.json if path.endswith("/remotelink") else [reply.json]:
                _validate(described, content["application/json"]["schema"], _as_described(value))
        if "requestBody" in operation:
            _validate(described, operation["requestBody"]["content"]["application/json"]["schema"], request.json())
        checked.add(path)
    assert {"/rest/api/3/search/jql", "/rest/api/3/changelog/bulkfetch", "/rest/api/3/serverInfo"} <= checked


def _fits(path: str, asked: str) -> bool:
    ours, theirs = asked.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(b == a or b.startswith("{") for a, b in zip(ours, theirs, strict=True))


def _as_described(value: Any) -> Any:
    """Leave out what real sites send against their own description: fields it lacks, and null where it has text."""
    if isinstance(value, dict):
        return {
            name: _as_described(part) for name, part in value.items() if part is not None and not name.startswith("tmp")
        }
    return [_as_described(part) for part in value] if isinstance(value, list) else value


def _validate(described: Any, schema: Any, value: Any) -> None:
    jsonschema.validate(value, {**schema, "components": described["components"]}, cls=jsonschema.Draft4Validator)
