"""A real Unleash server is the arbiter: what is done there is what the log tells, and the played one does the same."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

import pipelines.sources.unleash as unleash
from pipelines.clock import now
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.unleash.connection import UnleashConnection
from pipelines.sources.unleash.server import Store, serve
from tests.contracts.collecting import collected, events, overheard
from tests.contracts.flag_rollouts import FLAG, PLANTED, PRODUCTION
from tests.contracts.played_unleash import FIXTURES, flexible
from tests.contracts.played_unleash import TOKEN as PLAYED_TOKEN
from tests.contracts.played_unleash import run as run_played
from tests.contracts.rollout_unleash import Flags, Steps
from tests.contracts.test_flag_services import TRUTH, line
from tests.contracts.unleash_real import TOKEN, Admin, missing, running

# A server that died under a test is no word against ours: it is started again, and asked again, twice at most.
pytestmark = [pytest.mark.heavy, pytest.mark.flaky(reruns=2, only_rerun=["refused", "reset", "the Unleash server"])]


@pytest.fixture(scope="module")
def real() -> Iterator[Admin]:
    """A real server; where it cannot be had the test is skipped, and says so, but for the project's own checks."""
    if (reason := missing()) is not None:
        is_check = bool(os.environ.get("CI"))  # noqa: TID251 - who runs the test, not a setting of ours
        (pytest.fail if is_check else pytest.skip)(reason)
    with running() as admin:
        yield admin


@pytest.fixture(autouse=True)
def alive(real: Admin) -> Iterator[None]:
    """The server runs when a test begins, and whoever finds it dead afterwards is told its last words."""
    if real.server.ended() is not None:
        real.server.start()
    yield
    if (how := real.server.ended()) is not None:
        pytest.fail(f"the Unleash server {how}")


@pytest.fixture
def project(real: Admin, request: pytest.FixtureRequest) -> Admin:
    """The server as it is, its flags of earlier tests archived and deleted."""
    listed = real.ask("GET", f"/projects/{real.project}/features")["features"]
    for name in sorted((row["name"] for row in listed), reverse=True):
        real.archive(name)
        real.delete(name)
    return real


def collect(admin: Admin, home: Settings, **how: int) -> Collected:
    connection = UnleashConnection(
        url=admin.url, host="unleash.acme.example", projects=(admin.project,), token=SecretStr(TOKEN)
    )
    return collected(home, unleash.SOURCE, connection, **how)


def told(home: Settings, flag: str) -> list[tuple[str, dict[str, Any]]]:
    """Type and payload of a flag's events, in the order of their moments and ids."""
    rows = [(row[4], json.loads(row[5]).get("version") or 0, row[1], json.loads(row[5])) for row in events(home)]
    mine = [row for row in rows if row[3]["flag_key"] == flag]
    return [(kind, payload) for _, _, kind, payload in sorted(mine, key=lambda row: row[:3])]


def test_a_rollout_on_a_real_server_is_told_as_it_was_planted(project: Admin, settings: Settings) -> None:
    steps, moments = Steps(project), []
    for hours, step in enumerate(PLANTED):
        begun = now()
        steps.go(step)
        moments.append((begun - timedelta(seconds=1), now() + timedelta(seconds=1)))
        assert collect(project, settings, hours=hours).errors == []
    # Earlier tests' flags of that name were deleted.
    mine = [row for row in line(settings) if row[0] >= moments[0][0]]
    assert [state for _, state in mine] == TRUTH
    assert all(begun <= at <= ended for (at, _), (begun, ended) in zip(mine, moments, strict=True))
    assert collect(project, settings, hours=50).taken.new_records == 0


def test_a_quiet_night_costs_one_request_and_a_change_two_for_its_flag(project: Admin, settings: Settings) -> None:
    for number in range(30):
        project.create(f"flag-{number}")
    assert collect(project, settings).errors == []
    assert collect(project, settings, hours=1).requests == 1
    project.turn("flag-7", PRODUCTION, on=True)
    changed = collect(project, settings, hours=2)
    assert changed.taken.new_records == 1
    # The events, environments, segments, what happened to the whole project, the flag's history, its definition.
    assert changed.requests == 6


def live(flags: Flags, segment: str) -> None:
    """What a flag may live through."""
    many: Any = flags
    many.create("a", description="first")
    strategy = many.add("a", PRODUCTION, **flexible(10))
    many.turn("a", PRODUCTION, on=True)
    many.update("a", PRODUCTION, strategy, **flexible(20, disabled=True))
    many.turn("a", PRODUCTION, on=True)
    many.update("a", PRODUCTION, strategy, **flexible(30))
    many.archive("a")
    many.revive("a")
    many.turn("a", PRODUCTION, on=True)
    many.archive("a")
    many.delete("a")
    many.create("a", description="second")
    many.turn("a", PRODUCTION, on=True)
    many.turn("a", PRODUCTION, on=False)
    many.create("b")
    staff = many.segment(segment, "ann@example.com")
    many.add("b", "development", **flexible(100, segments=[staff]))
    norway = {"contextName": "country", "operator": "IN", "values": ["NO"], "inverted": False}
    last = many.add("b", PRODUCTION, **flexible(5, constraints=[norway]))
    many.turn("b", PRODUCTION, on=True)
    many.remove("b", PRODUCTION, last)


def test_what_is_replayed_from_its_events_is_how_a_real_server_says_that_its_flags_stand(
    project: Admin, settings: Settings
) -> None:
    live(project, "staff")
    assert collect(project, settings).errors == []
    assert [payload for _, payload in told(settings, "a") + told(settings, "b") if payload.get("is_observed")] == []
    kinds = [kind for kind, _ in told(settings, "a") if kind not in ("flag.configured", "flag.updated")]
    life = ["flag.created", "flag.archived", "flag.restored", "flag.archived", "flag.deleted", "flag.created"]
    assert kinds[-len(life) :] == life
    standing = {payload["environment"]: payload for kind, payload in told(settings, "b") if kind == "flag.configured"}
    assert standing[PRODUCTION]["is_on"] is False
    assert standing["development"]["targeted_segments"] == ["staff"]


SHARES: dict[str, list[dict[str, Any]]] = {
    "one": [flexible(10)],
    "two-of-one-group": [flexible(10), flexible(40)],
    "one-that-is-disabled": [flexible(25), flexible(90, disabled=True)],
    "everybody": [{"name": "default", "parameters": {}, "constraints": []}],
    "nobody-else": [flexible(100, constraints=[{"contextName": "userId", "operator": "IN", "values": ["x", "y"]}])],
    "no-strategy-of-ours": [],
}


def test_the_share_that_is_told_is_the_one_that_the_server_itself_lets_through(
    project: Admin, settings: Settings
) -> None:
    for flag, strategies in SHARES.items():
        project.create(flag)
        for strategy in strategies:
            project.add(flag, PRODUCTION, **strategy)
        project.turn(flag, PRODUCTION, on=True)
    assert collect(project, settings).errors == []
    people = 2_000
    context = {"appName": "test", "userId": ",".join(map(str, range(people)))}
    asked = {"environments": [PRODUCTION], "projects": [project.project], "context": context}
    evaluated = project.ask("POST", "/playground/advanced", asked)["features"]
    assert {row["name"] for row in evaluated} == SHARES.keys()
    for row in evaluated:
        let_through = sum(one["isEnabled"] for one in row["environments"][PRODUCTION])
        told_share = told(settings, row["name"])[-1][1]["served_percentage"]
        # The sample's own error is at most 1.1 points.
        assert abs(100 * let_through / people - told_share) < 4, row["name"]


def test_a_played_server_writes_the_events_that_a_real_one_writes(project: Admin) -> None:
    before = project.ask("GET", "/search/events?limit=1")["events"][0]["id"]
    live(project, "crew")
    written = project.ask("GET", "/search/events?limit=1000&project=IS:default")["events"]
    real = [_plain(row) for row in reversed(written) if row["id"] > before and row["featureName"]]
    store = Store(environments={"development": "development", PRODUCTION: "production"})
    live(store, "crew")
    assert real == [_plain(row) for row in store.events]


def _plain(row: dict[str, Any]) -> tuple[Any, ...]:
    """What an event says apart from ids, moments and the order that a strategy is tried in."""
    data, before = row["data"] or {}, row["preData"] or {}
    kept = ("name", "parameters", "constraints", "disabled", "description", "type")
    plain = [{name: part[name] for name in kept if name in part} for part in (data, before)]
    if row["type"] == "feature-deleted":
        plain[1] = {"name": before["name"]}
    return row["type"], row["featureName"], row["environment"], *plain


def test_every_answer_of_the_played_server_is_what_a_real_ones_own_description_says(
    real: Admin, settings: Settings
) -> None:
    described = _with_nulls(real.http.get("/docs/openapi.json").json())
    store = Store.from_recording(FIXTURES, tokens=[PLAYED_TOKEN])
    with serve(store) as site:
        answers = overheard(site)
        assert run_played(settings, site, store).errors == []
    checked = set()
    for request, reply in answers:
        if reply.status != 200:
            continue
        path = next(path for path in described["paths"] if _fits(path, request.path))
        schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": described["components"]}
        jsonschema.validate(reply.json, whole, cls=jsonschema.Draft4Validator)
        checked.add(path)
    assert len(checked) == 5


def _fits(path: str, asked: str) -> bool:
    ours, theirs = asked.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(b == a or b.startswith("{") for a, b in zip(ours, theirs, strict=True))


def _with_nulls(schema: Any) -> Any:
    """Say `nullable`, which a validator of JSON Schema does not know, in words that it does."""
    if isinstance(schema, list):
        return [_with_nulls(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: _with_nulls(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [whole, {"type": "null"}]} if schema.get("nullable") is True else whole


def test_a_token_that_is_wrong_is_told_as_such(real: Admin, settings: Settings) -> None:
    connection = UnleashConnection(url=real.url, projects=("default",), token=SecretStr("*:*.wrong"))
    failed = collected(settings, unleash.SOURCE, connection)
    said = "unleash does not take the token (You must log in to use Unleash.): it is wrong, expired or revoked"
    assert failed.errors == [said]
    missing_project = connection.model_copy(update={"projects": ("nowhere",), "token": SecretStr(TOKEN)})
    assert "unleash shows no project nowhere" in collected(settings, unleash.SOURCE, missing_project).errors[0]


def test_the_fixture_still_is_what_a_real_server_would_send(real: Admin) -> None:
    described = _with_nulls(real.http.get("/docs/openapi.json").json()["components"])
    recorded = json.loads((FIXTURES / "events.json").read_text())
    schema = {**described["schemas"]["eventSearchResponseSchema"], "components": described}
    jsonschema.validate(recorded, schema, cls=jsonschema.Draft4Validator)
    assert FLAG in {row["featureName"] for row in recorded["events"]}
