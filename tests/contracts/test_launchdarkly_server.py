"""The played LaunchDarkly speaks as the vendor's own description says, and so do our requests."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest

from pipelines.company import Scale, simulate
from pipelines.settings import Settings
from pipelines.sources.launchdarkly import SOURCE
from pipelines.sources.launchdarkly.demo import PROJECT, account
from pipelines.sources.launchdarkly.server import Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback, Reply, Request
from tests.contracts.collecting import collected, overheard
from tests.contracts.played_launchdarkly import TOKEN, busy, connected, recorded


@pytest.fixture(params=["recorded", "company"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "recorded":
        store = recorded()
        busy(store, 30)
        return store
    company = simulate(Scale.small())
    store = account(company, company.ends_at, tokens={TOKEN})
    # Releases that ended long ago, too.
    store.now_ms = 0
    return store


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def heard(site: Loopback, settings: Settings, store: Store) -> list[tuple[Request, Reply]]:
    said = overheard(site)
    project = PROJECT if PROJECT in store.environments else "shop"
    done = collected(settings, SOURCE, connected(site, projects=(project,)))
    assert (done.errors, done.taken.reasons) == ([], [])
    collector = SOURCE.collector(connected(site, projects=(project,)), Network(attempts=1))
    assert [one.status for one in collector.examine()] == ["ok", "ok"]
    collector.close()
    return said


def test_every_request_and_answer_is_what_the_vendors_own_description_says(site, settings, store, vendor_api):
    described = json.loads((vendor_api / "launchdarkly.openapi.json").read_text())
    checked = set()
    for request, reply in heard(site, settings, store):
        path = next((path for path in described["paths"] if _fits(path, request.path)), None)
        if path is None:
            # The description has no such list yet; the next test compares it with the vendor's package.
            assert request.path.endswith("/releases")
            continue
        operation = described["paths"][path][request.method.lower()]
        known = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for name, values in request.query.items():
            if path.endswith("/projects") or path.endswith("/environments"):
                assert name in ("limit", "offset")
            assert name in known, (path, name)
            if known[name].get("type") == "integer":
                assert all(value.lstrip("-").isdigit() for value in values)
        schema = operation["responses"][str(reply.status)]["content"]["application/json"]["schema"]
        _validate(described, schema, _as_described(reply.json))
        checked.add(path)
    assert checked == {
        "/api/v2/auditlog", "/api/v2/auditlog/{id}", "/api/v2/flags/{projectKey}", "/api/v2/projects",
        "/api/v2/projects/{projectKey}/environments", "/api/v2/caller-identity",
    }  # fmt: skip


def test_releases_are_written_as_the_vendors_package_reads_them(site, settings, store):
    found = [
        row
        for request, reply in heard(site, settings, store)
        if request.path.endswith("/releases")
        for row in reply.json["items"]
    ]
    # `EnvironmentRelease` of launchdarkly-api 25.0.1, which is no part of this project: its required fields.
    required = {
        "id", "status", "projectKey", "environmentKey", "flagKey", "originalVariationId", "originalVariationValue",
        "targetVariationId", "targetVariationValue", "randomizationUnit", "cleanupBehavior", "kind", "metrics",
        "phases", "currentPhaseIndex", "advancementMode", "createdAt",
    }  # fmt: skip
    assert found
    for row in found:
        assert required <= row.keys()
        for phase in row["phases"]:
            assert {"id", "phaseIndex", "ruleId", "status", "steps", "metricStatuses"} <= phase.keys()
            assert all({"stepIndex", "allocation", "durationMillis"} <= step.keys() for step in phase["steps"])
            assert all(1 <= step["allocation"] <= 50_000 for step in phase["steps"])


def test_who_asks_with_bearer_or_without_a_version_gets_no_answer(site):
    with httpx.Client(base_url=site.url) as client:
        version = {"LD-API-Version": "20240415"}
        assert client.get("/api/v2/projects", headers=version | {"Authorization": f"Bearer {TOKEN}"}).status_code == 401
        assert client.get("/api/v2/projects", headers={"Authorization": TOKEN}).status_code == 400
        limit = client.get("/api/v2/auditlog?limit=21", headers=version | {"Authorization": TOKEN})
        assert (limit.status_code, limit.json()["code"]) == (400, "invalid_request")


def _fits(path: str, asked: str) -> bool:
    ours, theirs = asked.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(b == a or b.startswith("{") for a, b in zip(ours, theirs, strict=True))


def _as_described(value: Any) -> Any:
    """Leave out what real accounts send against the description: null, and numbers as texts, as the recording has."""
    if isinstance(value, dict):
        told = {name: _as_described(part) for name, part in value.items() if part is not None}
        return {
            name: int(part) if name in ("date", "weight") and isinstance(part, str) else part
            for name, part in told.items()
        }
    return [_as_described(part) for part in value] if isinstance(value, list) else value


def _validate(described: Any, schema: Any, value: Any) -> None:
    jsonschema.validate(value, {**schema, "components": described["components"]}, cls=jsonschema.Draft4Validator)
