"""Reads come through what the network does to them, or end in one sentence that says what to do."""

import gzip
import traceback

import pytest

from pipelines.sources.live import BadAnswerError, MissingError, RefusedError, UnreachableError, VendorError
from pipelines.sources.loopback import Reply
from tests.unit.sources.http.conftest import TOKEN


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 502},
        {"kind": "drop"},
        {"kind": "truncate"},
        {"kind": "slow", "pause_seconds": 0.7},
    ],
    ids=lambda fault: fault["kind"],
)
def test_what_breaks_twice_is_asked_a_third_time(vendor, client, fault):
    vendor.faults.next(count=2, **fault)
    asked = client()
    assert asked.get("/x").json() == {"ok": True}
    assert asked.requests == len(vendor.requests) == 3


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "status", "status": 500}, "127.0.0.1 answers 500 to /x; try later"),
        ({"kind": "drop"}, "127.0.0.1 broke off its answer"),
        ({"kind": "truncate"}, "127.0.0.1 broke off its answer"),
        ({"kind": "slow", "pause_seconds": 0.7}, "127.0.0.1 did not answer within 0.5 s"),
    ],
)
def test_what_always_breaks_ends_in_a_sentence(vendor, client, fault, told):
    vendor.faults.next(count=99, **fault)
    with pytest.raises(UnreachableError, match=told):
        client().get("/x")
    assert len(vendor.requests) == 3


def test_nobody_listens(client):
    with pytest.raises(UnreachableError, match=r"cannot be reached .* check the address, the network and the proxy"):
        client(url="http://127.0.0.1:9").get("/x")


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (401, RefusedError, "does not take the token .Bad credentials.: it is wrong, expired or revoked"),
        (403, RefusedError, "does not allow /x .Bad credentials.; the token lacks the right"),
        (404, MissingError, "has no /x, or hides it"),
        (410, MissingError, "has no /x"),
        (422, BadAnswerError, "answers 422 to /x"),
    ],
)
def test_a_refusal_is_not_asked_again(vendor, client, status, error, told):
    vendor.replies = [Reply(status, json={"message": "Bad credentials"})]
    with pytest.raises(error, match=told):
        client().get("/x")
    assert len(vendor.requests) == 1


def test_a_web_page_is_no_answer(vendor, client):
    vendor.faults.next("garbage")
    with pytest.raises(BadAnswerError, match="a web page where JSON was due; check the address"):
        client().get("/x").json()


@pytest.mark.parametrize("body", [b"1" * 5_000, gzip.compress(b"1" * 50_000_000)], ids=["plain", "gzip bomb"])
def test_an_answer_without_end_is_refused_by_its_unpacked_size(vendor, client, body):
    packed = {"Content-Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    vendor.replies = [Reply(content=body, headers=packed)]
    with pytest.raises(BadAnswerError, match=r"more than 4,000 bytes; raise network\.max_response_bytes"):
        client(max_response_bytes=4_000).get("/x")


@pytest.mark.parametrize("kept", [slice(0, 20), slice(0, -9), slice(5, None)], ids=["half", "no end", "no start"])
def test_broken_gzip_is_asked_again(vendor, client, kept):
    # httpx takes a stream that was cut off for a whole one: half a page of records would have been the page.
    vendor.replies = [Reply(content=gzip.compress(b"{}" * 900)[kept], headers={"Content-Encoding": "gzip"})]
    assert client().get("/x").json() == {"ok": True}


@pytest.mark.parametrize(
    "fault", [{"kind": "drop", "count": 9}, {"kind": "status", "status": 401}, {"kind": "garbage"}], ids=str
)
def test_the_token_is_in_no_error_and_no_traceback(vendor, client, fault):
    vendor.faults.next(**fault)
    asked = client()
    with pytest.raises(VendorError) as caught:
        asked.get("/x").json()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(vars(asked))
    told += repr(caught.value.__cause__) + repr(vars(caught.value.__context__ or caught.value))
    assert TOKEN not in told
    assert vendor.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_known_version_costs_nothing(vendor, client):
    vendor.replies = [Reply(json=[1], headers={"ETag": '"a"'}), Reply(304)]
    asked = client()
    first = asked.get("/x")
    assert (first.etag, first.is_unchanged) == ('"a"', False)
    assert asked.get("/x", etag=first.etag).is_unchanged
    assert vendor.requests[1].headers["if-none-match"] == '"a"'


def test_pages_are_followed_on_the_same_host_alone(vendor, client):
    vendor.replies = [
        Reply(json=[1], headers={"Link": f'<{vendor.url}/x?page=2>; rel="next"'}),
        Reply(json=[2], headers={"Link": '<http://evil.example/x?page=3>; rel="next"'}),
    ]
    asked = client()
    second = asked.get(asked.get("/x", {"per_page": 1}).next_url)
    assert vendor.requests[1].asked("page") == "2"
    with pytest.raises(BadAnswerError, match=r"evil\.example/x\?page=3 as the next page, on another host"):
        asked.get(second.next_url)


def test_a_renamed_repository_is_followed_and_another_host_is_not(vendor, client):
    vendor.replies = [Reply(301, headers={"Location": "/repositories/7"}), Reply(json={"id": 7})]
    assert client().get("/repos/acme/old", {"a": 1}).json() == {"id": 7}
    vendor.replies = [Reply(302, headers={"Location": "https://login.example/"})]
    with pytest.raises(BadAnswerError, match=r"sends on to login\.example; put the address where it now is"):
        client().get("/x")
    vendor.replies = [Reply(302, headers={"Location": "/x"}) for _ in range(9)]
    with pytest.raises(BadAnswerError, match="in a circle"):
        client().get("/x")


def test_the_vendors_clock_is_read(vendor, client):
    from datetime import timedelta

    from pipelines.clock import now

    vendor.clock_offset = timedelta(minutes=-7)
    assert abs(client().get("/x").date - now() + timedelta(minutes=7)) < timedelta(seconds=3)
