"""The played Linear speaks as Linear's own schema says, and so do we."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, execute, parse, validate

from pipelines.sources.linear import documents
from pipelines.sources.linear.server import Store, serve
from pipelines.sources.linear.server.nodes import id_of
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import overheard
from tests.contracts.played_linear import FIXTURES, TOKEN, busy, connected, run

COMMENT = """
mutation CommentCreate($input: CommentCreateInput!) {
  commentCreate(input: $input) { success comment { id body url issue { identifier } } }
}
"""
UPDATE = """
mutation CommentUpdate($id: String!, $input: CommentUpdateInput!) {
  commentUpdate(id: $id, input: $input) { success comment { id body } }
}
"""
DELETE = "mutation CommentDelete($id: String!) { commentDelete(id: $id) { success entityId } }"
ISSUE = """
mutation IssueCreate($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id identifier url title parent { identifier } } }
}
"""
ATTACHMENT = """
mutation AttachmentCreate($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) { success attachment { id url title metadata } }
}
"""
RELATION = """
mutation IssueRelationCreate($input: IssueRelationCreateInput!) {
  issueRelationCreate(input: $input) { success issueRelation { id type relatedIssue { identifier } } }
}
"""
READ_BACK = """
query Issue($id: String!) {
  issue(id: $id) {
    identifier title
    comments(first: 10) { nodes { id body } pageInfo { hasNextPage endCursor } }
    attachments(first: 10) { nodes { id url title metadata } pageInfo { hasNextPage endCursor } }
    relations(first: 10) { nodes { type relatedIssue { identifier } } pageInfo { hasNextPage endCursor } }
  }
}
"""
ONE_COMMENT = "query Comment($id: String!) { comment(id: $id) { id body issue { identifier } } }"
ALL = (
    documents.CHANGED_ISSUES, documents.ISSUE_IDS, documents.TEAMS, documents.WORKFLOW_STATES, documents.WHO,
    *map(documents.more, documents.PARTS), COMMENT, UPDATE, DELETE, ISSUE, ATTACHMENT, RELATION, READ_BACK, ONE_COMMENT,
)  # fmt: skip


@pytest.fixture(scope="module")
def schema(vendor_api: Path) -> GraphQLSchema:
    return build_schema((vendor_api / "linear.schema.graphql").read_text(), assume_valid=True)


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[TOKEN])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def asked(site: Loopback, document: str, token: str = TOKEN, **variables: Any) -> httpx.Response:
    body = {"query": document, "variables": variables}
    return httpx.post(f"{site.url}/graphql", json=body, headers={"Authorization": token})


def told(site: Loopback, document: str, **variables: Any) -> Any:
    answer = asked(site, document, **variables)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def carried_out_by(schema: GraphQLSchema, request: Any, data: Any) -> Any:
    """Carry a document out by the schema itself over what was answered: null or a wrong kind is an error there."""
    result = execute(
        schema,
        parse(request["query"]),
        root_value=data,
        variable_values=request["variables"],
        field_resolver=lambda node, info, **_: node[info.path.key],
    )
    assert result.errors is None, result.errors
    return json.loads(json.dumps(result.data))


@pytest.mark.parametrize("document", ALL, ids=lambda document: " ".join(document.split())[:40])
def test_every_document_is_one_that_linears_schema_allows(document, schema):
    assert [error.message for error in validate(schema, parse(document))] == []


def test_every_answer_of_a_collection_is_of_the_types_of_linears_schema(site, store, schema, settings):
    busy(store, 30)
    store.quirks.per_list = 2
    said = overheard(site)
    assert run(settings, site, store).errors == []
    seen = set()
    for request, reply in said:
        assert validate(schema, parse(request.json()["query"])) == []
        if reply.status == 400:
            assert reply.json["errors"][0]["message"] == "Query too complex"
            continue
        assert carried_out_by(schema, request.json(), reply.json["data"]) == reply.json["data"]
        seen.add(request.json()["operationName"])
    assert seen >= {"ChangedIssues", "MoreOfAnIssue", "Teams", "WorkflowStates", "IssueIds"}
    (who,) = [reply for request, reply in [_who(site, said)] if request]
    assert carried_out_by(schema, {"query": documents.WHO, "variables": {}}, who.json["data"]) == who.json["data"]


def _who(site: Loopback, said: list[Any]) -> Any:
    told(site, documents.WHO)
    return said[-1]


def test_what_was_written_can_be_read_back_and_is_of_the_types_of_linears_schema(site, store, schema):
    said = overheard(site)
    comment, follow_up = id_of("test", 1), id_of("test", 2)
    told(site, COMMENT, input={"id": comment, "issueId": "ENG-1", "body": "Impact (30 days)"})
    told(site, UPDATE, id=comment, input={"body": "Impact (38 days)"})
    team = store.teams["ENG"]["id"]
    made = told(site, ISSUE, input={"id": follow_up, "teamId": team, "title": "Excel", "parentId": "ENG-1"})
    told(site, RELATION, input={"issueId": follow_up, "relatedIssueId": "ENG-1", "type": "related"})
    for title in ("Impact", "Impact, updated"):
        card = {"issueId": "ENG-1", "url": "https://storyline.example/ENG-1", "title": title, "metadata": {"n": 3}}
        told(site, ATTACHMENT, input=card)
    found = told(site, READ_BACK, id="ENG-1")["issue"]
    assert {one["id"]: one["body"] for one in found["comments"]["nodes"]}[comment] == "Impact (38 days)"
    assert [one["title"] for one in found["attachments"]["nodes"] if "storyline" in one["url"]] == ["Impact, updated"]
    assert made["issueCreate"]["issue"]["parent"] == {"identifier": "ENG-1"}
    assert told(site, READ_BACK, id=follow_up)["issue"]["relations"]["nodes"][0]["type"] == "related"
    assert told(site, ONE_COMMENT, id=comment)["comment"]["issue"] == {"identifier": "ENG-1"}
    told(site, DELETE, id=comment)
    assert code(asked(site, ONE_COMMENT, id=comment)) == (400, "INPUT_ERROR")
    for request, reply in said[:-1]:
        assert carried_out_by(schema, request.json(), reply.json["data"]) == reply.json["data"]


def test_a_comment_whose_answer_is_lost_is_there_once_however_often_it_is_sent(site, store):
    comment = id_of("test", 1)
    told_once = {"id": comment, "issueId": "ENG-1", "body": "Once"}
    site.faults.next("lost")
    with pytest.raises(httpx.TransportError):
        asked(site, COMMENT, input=told_once)
    assert code(asked(site, COMMENT, input=told_once)) == (400, "INPUT_ERROR")
    assert told(site, ONE_COMMENT, id=comment)["comment"]["body"] == "Once"
    assert site.written == {"comment on ENG-1": 1}
    assert store.arrivals["commentCreate", comment] == 2


def test_each_write_is_counted_as_often_as_it_arrived_and_an_id_is_taken_once(site, store):
    comment = id_of("test", 1)
    for _ in range(2):
        answer = asked(site, COMMENT, input={"id": comment, "issueId": "ENG-1", "body": "Once"})
    assert code(answer) == (400, "INPUT_ERROR")
    assert store.arrivals["commentCreate", comment] == 2
    assert [one["body"] for one in store.find("ENG-1")["comments"]["nodes"]].count("Once") == 1
    not_of_version_4 = "00000000-0000-1000-a000-000000000000"
    assert code(asked(site, COMMENT, input={"id": not_of_version_4, "issueId": "ENG-1"})) == (400, "INVALID_INPUT")
    assert code(asked(site, COMMENT, input={"issueId": "ENG-777", "body": "?"})) == (400, "INPUT_ERROR")


def test_what_is_archived_is_hidden_unless_it_is_asked_for(site):
    listed = "query Issues($all: Boolean) { issues(includeArchived: $all, first: 50) { nodes { identifier } } }"
    found = [one["identifier"] for one in told(site, listed, all=False)["issues"]["nodes"]]
    everything = [one["identifier"] for one in told(site, listed, all=True)["issues"]["nodes"]]
    assert set(everything) - set(found) == {"ENG-6", "ENG-7"}


def test_a_query_is_priced_and_one_that_is_too_large_is_refused(site, store):
    one = "query Issues { issues(first: 10) { nodes { id team { key } } } }"
    # A list; in it ten times an object, its field, an object of its own, and the field of that.
    assert asked(site, one).headers["X-Complexity"] == "23"
    store.quirks.most_complexity = 12
    answer = asked(site, one)
    assert code(answer) == (400, "INPUT_ERROR")
    assert answer.json()["errors"][0]["message"] == "Query too complex"


def test_a_spent_limit_is_an_error_of_graphql_that_tells_when_it_ends(site, store):
    store.requests.limit = store.requests.left = 1
    told(site, documents.WHO)
    answer = asked(site, documents.WHO)
    assert code(answer) == (400, "RATELIMITED")
    assert answer.headers["X-RateLimit-Requests-Remaining"] == "0"
    assert int(answer.headers["X-RateLimit-Requests-Reset"]) > 1_700_000_000_000


def test_a_wrong_token_and_a_document_that_is_none_are_refused(site):
    assert code(asked(site, documents.WHO, token="other")) == (401, "AUTHENTICATION_ERROR")
    assert code(asked(site, "query {")) == (400, "GRAPHQL_PARSE_FAILED")
    assert code(asked(site, "query Q { bicycles { id } }")) == (400, "GRAPHQL_VALIDATION_FAILED")


def test_an_application_signs_in_as_a_bearer_and_a_key_alone(site, store):
    assert connected(site, store).authorization == TOKEN
    assert connected(site, store, is_oauth=True).authorization == f"Bearer {TOKEN}"
    assert connected(site, store, token="lin_oauth_1").authorization == "Bearer lin_oauth_1"
