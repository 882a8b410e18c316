"""Whether a token may write is asked of the vendor, read only, and said in a sentence that tells what to do."""

import json
from collections.abc import Iterator

import pytest
from graphql import build_schema, execute, parse, validate

from pipelines.sources.jira.follow_ups import JiraFollowUpWriter
from pipelines.sources.jira.reach import JiraReach
from pipelines.sources.jira.server import Store
from pipelines.sources.jira.server import serve as serve_jira
from pipelines.sources.jira.writeback import JiraWriter
from pipelines.sources.linear.server import Store as Workspace
from pipelines.sources.linear.server import serve as serve_linear
from pipelines.sources.linear.writeback import LinearWriter
from pipelines.sources.live import Finding
from pipelines.sources.loopback import Loopback
from tests.contracts import played_jira, played_linear
from tests.contracts.collecting import overheard
from tests.contracts.outbox_sites import NETWORK
from tests.contracts.played_jira import BEARER, FIXTURES, SIGNED
from tests.contracts.test_jira_server import _as_described, _validate


@pytest.fixture(params=["cloud", "data_center"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "cloud":
        return Store.from_recording(FIXTURES, tokens=[SIGNED])
    return Store.from_recording(FIXTURES / "data-center", tokens=[BEARER], deployment="data_center")


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve_jira(store) as site:
        yield site


def asked(
    site: Loopback, store: Store, *projects: str, writes: type[JiraReach] = JiraWriter
) -> list[Finding]:  # fmt: skip
    writer = writes(played_jira.connected(site, store), NETWORK)
    try:
        return list(writer.rights(projects or played_jira.projects(store)))
    finally:
        writer.close()


def test_a_token_that_may_write_is_said_of_all_projects_at_once(site, store):
    (found,) = asked(site, store)
    told = ", ".join(played_jira.projects(store))
    assert (found.status, found.sentence) == ("ok", f"jira lets the token add and edit its comments in {told}")
    assert site.written == {}


@pytest.mark.parametrize(
    ("lacks", "status", "words"),
    [
        ({"ADD_COMMENTS"}, "act", "does not let the token add comments in"),
        ({"EDIT_OWN_COMMENTS", "EDIT_ISSUES"}, "act", "grant EDIT_OWN_COMMENTS, EDIT_ISSUES in the project's"),
        ({"EDIT_ISSUES"}, "warn", "edit issues, by which a ticket remembers its comment"),
    ],
)
def test_a_right_that_is_missing_is_named_with_what_it_is_for(lacks, status, words, site, store):
    project = played_jira.projects(store)[0]
    store.lacking[project] = lacks
    (found,) = asked(site, store, project)
    assert found.status == status
    assert words in found.sentence


def test_follow_ups_need_the_rights_to_make_and_tie_tickets_and_none_of_a_comment(site, store):
    first, *others = played_jira.projects(store)
    store.lacking[first] = {"ADD_COMMENTS", "LINK_ISSUES"}
    told = asked(site, store, writes=JiraFollowUpWriter)
    assert [one.status for one in told] == ["act", "ok"][: 1 + bool(others)]
    assert f"does not let the token link issues in {first}; grant LINK_ISSUES in" in told[0].sentence
    assert all(one.sentence.startswith("jira lets the token make follow-up tickets in ") for one in told[1:])


def test_a_project_that_is_not_there_and_a_token_that_is_wrong_are_said(site, store):
    (found,) = asked(site, store, "NOPE")
    assert found.status == "act"
    assert "so nobody knows whether anything may be written in NOPE" in found.sentence
    store.tokens.clear()
    assert [one.status for one in asked(site, store)] == ["act"] * len(played_jira.projects(store))


def test_question_and_answer_are_what_jiras_own_description_says(vendor_api):
    described = json.loads((vendor_api / "jira-cloud.openapi.json").read_text())
    operation = described["paths"]["/rest/api/3/mypermissions"]["get"]
    store = Store.from_recording(FIXTURES, tokens=[SIGNED])
    store.lacking["SHOP"] = {"ADD_COMMENTS"}
    with serve_jira(store) as site:
        said = overheard(site)
        asked(site, store, "SHOP", "NOPE")
    assert [reply.status for _, reply in said] == [200, 404]
    for request, reply in said:
        assert set(request.query) <= {one["name"] for one in operation["parameters"]}
        schema = operation["responses"][str(reply.status)].get("content", {}).get("application/json", {}).get("schema")
        if schema:
            _validate(described, schema, _as_described(reply.json))


@pytest.mark.parametrize(
    ("viewer", "status", "words"),
    [
        ({}, "ok", "of an active account; which scopes it has linear does not tell"),
        ({"guest": True}, "warn", "of a guest"),
        ({"active": False}, "act", "is disabled, so nothing can be written in ENG"),
    ],
)
def test_of_linear_is_told_what_it_tells(viewer, status, words):
    store = Workspace.from_recording(played_linear.FIXTURES, tokens=[played_linear.TOKEN])
    store.viewer |= viewer
    with serve_linear(store) as site:
        writer = LinearWriter(played_linear.connected(site, store), NETWORK)
        (found,) = writer.rights(("ENG",))
        writer.close()
    assert (found.status, site.written) == (status, {})
    assert words in found.sentence


def test_what_linear_is_asked_and_answers_is_what_its_own_schema_says(vendor_api):
    schema = build_schema((vendor_api / "linear.schema.graphql").read_text())
    store = Workspace.from_recording(played_linear.FIXTURES, tokens=[played_linear.TOKEN])
    with serve_linear(store) as site:
        said = overheard(site)
        writer = LinearWriter(played_linear.connected(site, store), NETWORK)
        assert len(list(writer.rights(("ENG",)))) == 1
        writer.close()
    ((request, reply),) = said
    document = parse(request.json()["query"])
    assert validate(schema, document) == []
    result = execute(schema, document, reply.json["data"])
    assert (result.errors, result.data) == (None, reply.json["data"])
