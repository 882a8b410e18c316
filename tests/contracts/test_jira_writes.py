"""What is posted to a played Jira can be read back, comes into the log, and the site counts how often it arrived."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pipelines.sources.jira.server import Store, serve
from pipelines.sources.loopback import Loopback
from tests.contracts import played_jira
from tests.contracts.collecting import events, overheard
from tests.contracts.played_jira import BEARER, FIXTURES, SIGNED
from tests.contracts.test_jira_server import _as_described, _fits, _validate

KEY = "SHOP-1"


def document(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[SIGNED])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as site:
        yield site


@pytest.fixture
def client(site: Loopback) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, headers={"Authorization": SIGNED}) as client:
        yield client


def posted(client: httpx.Client, text: str, **more: Any) -> httpx.Response:
    return client.post(f"/rest/api/3/issue/{KEY}/comment", json={"body": document(text), **more})


def test_a_comment_that_is_sent_twice_stands_there_twice(client, site):
    first, second = posted(client, "Shipped."), posted(client, "Shipped.")
    assert (first.status_code, second.status_code) == (201, 201)
    told = client.get(f"/rest/api/3/issue/{KEY}/comment").json()["comments"]
    assert [row["id"] for row in told if row["body"] == document("Shipped.")] == [
        first.json()["id"],
        second.json()["id"],
    ]
    assert site.written == {f"comment on {KEY}": 2}


def test_a_comment_is_updated_in_place_and_deleted(client, site):
    number = posted(client, "Day 30").json()["id"]
    address = f"/rest/api/3/issue/{KEY}/comment/{number}"
    assert client.put(address, json={"body": document("Day 38")}).status_code == 200
    assert client.get(address).json()["body"] == document("Day 38")
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.put(address, json={"body": document("Day 39")}).status_code == 404


def test_a_marker_is_kept_with_the_comment_and_with_the_ticket(client):
    marker = {"key": "storyline", "value": {"message_id": "m1"}}
    number = posted(client, "Shipped.", properties=[marker]).json()["id"]
    assert client.get(f"/rest/api/3/comment/{number}/properties/storyline").json() == marker
    address = f"/rest/api/3/issue/{KEY}/properties/storyline"
    assert client.get(address).status_code == 404
    assert [client.put(address, json={"version": n}).status_code for n in (1, 2)] == [201, 200]
    assert client.get(address).json() == {"key": "storyline", "value": {"version": 2}}


def test_a_comment_is_shown_to_customers_unless_it_says_otherwise(client):
    internal = {"key": "sd.public.comment", "value": {"internal": True}}
    assert posted(client, "Hello").json()["jsdPublic"] is True
    assert posted(client, "Hello", properties=[internal]).json()["jsdPublic"] is False


def test_text_where_a_document_is_due_is_refused_on_the_cloud_and_the_other_way_round_in_a_data_center(client):
    assert client.post(f"/rest/api/3/issue/{KEY}/comment", json={"body": "Shipped."}).status_code == 400
    store = Store.from_recording(FIXTURES / "data-center", tokens=[BEARER], deployment="data_center")
    key = next(iter(store.issues.values()))["key"]
    with serve(store) as site, httpx.Client(base_url=site.url, headers={"Authorization": BEARER}) as there:
        address = f"/rest/api/2/issue/{key}/comment"
        assert there.post(address, json={"body": document("Shipped.")}).status_code == 400
        assert there.post(address, json={"body": "h3. Shipped."}).status_code == 201
        assert there.get(address).json()["comments"][-1]["body"] == "h3. Shipped."


def test_a_ticket_is_made_linked_to_its_origin_and_collected(client, site, store, settings):
    fields = {"project": {"key": "SHOP"}, "summary": "Add Excel", "issuetype": {"name": "Story"}}
    made = client.post("/rest/api/3/issue", json={"fields": fields})
    assert made.status_code == 201
    key = made.json()["key"]
    ends = {"inwardIssue": {"key": KEY}, "outwardIssue": {"key": key}, "type": {"name": "Learning"}}
    assert client.post("/rest/api/3/issueLink", json=ends).status_code == 201
    assert posted(client, f"Follow-up story {key} created.").status_code == 201
    assert played_jira.run(settings, site, store).errors == []
    told = {(event[1], json.loads(event[5]).get("key")) for event in events(settings)}
    assert {("ticket.created", key), ("ticket.linked", key), ("ticket.commented", KEY)} <= told


def test_a_page_is_linked_once_under_one_global_id(client):
    address = f"/rest/api/3/issue/{KEY}/remotelink"
    body = {"globalId": "storyline=impact", "object": {"url": "https://report.example/1", "title": "Impact"}}
    first, second = client.post(address, json=body), client.post(address, json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert [row["globalId"] for row in client.get(address).json() if "globalId" in row].count("storyline=impact") == 1


@pytest.mark.parametrize("kind", ["lost", "denied"])
def test_an_answer_that_is_lost_after_the_comment_was_stored_leaves_it_there(kind, client, site):
    site.faults.next(kind, status=503, match="/comment")
    try:
        assert posted(client, "Shipped.").status_code == 503
    except httpx.RemoteProtocolError:
        assert kind == "lost"
    told = client.get(f"/rest/api/3/issue/{KEY}/comment").json()["comments"]
    assert sum(row["body"] == document("Shipped.") for row in told) == 1
    assert site.written == {f"comment on {KEY}": 1}


def test_nobody_who_is_not_signed_in_writes_anything(site):
    with httpx.Client(base_url=site.url) as nobody:
        assert posted(nobody, "Hello").status_code == 401
    assert site.written == {}


def test_writes_and_their_answers_are_what_jiras_own_description_says(client, site, vendor_api):
    described, said = json.loads((vendor_api / "jira-cloud.openapi.json").read_text()), overheard(site)
    number = posted(client, "Shipped.", properties=[{"key": "storyline", "value": {"a": 1}}]).json()["id"]
    client.put(f"/rest/api/3/issue/{KEY}/comment/{number}", json={"body": document("Final.")})
    fields = {"project": {"key": "SHOP"}, "summary": "Add Excel", "issuetype": {"name": "Story"}}
    key = client.post("/rest/api/3/issue", json={"fields": fields}).json()["key"]
    ends = {"inwardIssue": {"key": KEY}, "outwardIssue": {"key": key}, "type": {"name": "Relates"}}
    client.post("/rest/api/3/issueLink", json=ends)
    page = {"globalId": "g", "object": {"url": "https://report.example/1", "title": "Impact"}}
    client.post(f"/rest/api/3/issue/{KEY}/remotelink", json=page)
    client.put(f"/rest/api/3/issue/{KEY}/properties/storyline", json={"a": 1})
    client.get(f"/rest/api/3/issue/{KEY}/properties/storyline")
    client.delete(f"/rest/api/3/issue/{KEY}/comment/{number}")
    assert len(said) == 8
    for request, reply in said:
        paths = [path for path in described["paths"] if _fits(path, request.path)]
        # An address without a placeholder at its end goes before one with.
        operation = described["paths"][min(paths, key=lambda path: path.count("{"))][request.method.lower()]
        answer = operation["responses"][str(reply.status)].get("content", {}).get("application/json", {}).get("schema")
        if answer and reply.json is not None:
            _validate(described, answer, _as_described(reply.json))
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if asked:
            _validate(described, asked, request.json())
