"""Good lines are kept, bad ones are told by number and reason."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.cloudevents import SOURCE

from .conftest import Lines, cdevent, line

TALK = line("dev.storyline.interview.held.v1", {"title": "Export is missed", "story_keys": ["SHOP-1"]})
IN_PRODUCTION = {"environment": {"id": "production"}}


def reason(found: RawRecord | BadRecord) -> str:
    assert isinstance(found, BadRecord)
    return found.reason


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ("{", "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ("NaN", "NaN is no JSON value"),
        (b'{"id": "\xff"}', "byte 8 is not UTF-8"),
        ("[" * 200_000, "nested too deep"),
        ({name: TALK[name] for name in TALK if name != "specversion"}, "specversion is missing"),
        ({name: TALK[name] for name in TALK if name != "id"}, "id is missing"),
        ({name: TALK[name] for name in TALK if name != "source"}, "source is missing"),
        ({name: TALK[name] for name in TALK if name != "type"}, "type is missing"),
        ({name: TALK[name] for name in TALK if name != "time"}, "time is missing"),
        (TALK | {"specversion": "0.3"}, "specversion is wrong"),
        (TALK | {"id": ""}, "id is wrong"),
        (TALK | {"id": 7}, "id is wrong"),
        (TALK | {"time": "yesterday"}, "time is no RFC 3339 time"),
        (TALK | {"time": "2026-02-05"}, "time is no RFC 3339 time"),
        (TALK | {"time": "2026-02-05T10:00:00"}, "time is no RFC 3339 time"),
        (TALK | {"type": "com.acme.thing"}, "is neither dev.storyline"),
        (TALK | {"type": "dev.storyline.interview.held.v9"}, "another version"),
        (TALK | {"type": "dev.storyline.interview.lost.v1"}, "is no event type that exists"),
        (TALK | {"data": None}, "data is missing"),
        (TALK | {"data": {"titel": "x"}}, "data.titel is wrong"),
        ({**TALK, "data": None, "data_base64": "e30="}, "data_base64 is not read"),
        (line("dev.storyline.incident.resolved.v1", {}), "data.incident_id is missing"),
        (line("dev.storyline.ticket.deleted.v1", {"key": "A-1"}), "subject is missing"),
        (line("dev.storyline.ticket.deleted.v1", {"key": "A-1"}, subject="A-1"), "is not of the form kind:identity"),
        (line("dev.storyline.ticket.deleted.v1", {"payload": {"key": "A-1"}}), "data.subject is missing"),
        (cdevent("service.deployed.0.3.0", IN_PRODUCTION), "data.subject.content.artifactId is missing"),
        (cdevent("service.deployed.1.0.0", {}), "has a version that is not known"),
        (cdevent("incident.detected.0.3.0", {"environment": {}}), "data.subject.content.environment.id is missing"),
        (cdevent("service.removed.0.3.0", {}, type="dev.cdevents.service.published.0.3.0"), "data.context.type"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_by_number_and_the_others_are_kept(read: Lines, bad: Any, expected: str) -> None:
    first, second, third = read(TALK, bad, TALK | {"id": "e-2"})
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)
    assert reason(second).startswith("line 2: ")
    assert expected in reason(second)
    assert "\n" not in reason(second)


def test_a_byte_order_mark_blank_lines_and_other_ends_of_lines_do_no_harm(read: Lines) -> None:
    import json

    marked = b"\xef\xbb\xbf" + json.dumps(TALK).encode()
    found = read(marked, "", "   ", TALK | {"id": "e-2"}, "{", end=b"\r\n")
    assert [type(one).__name__ for one in found] == ["RawRecord", "RawRecord", "BadRecord"]
    assert reason(found[2]).startswith("line 5: ")


def test_a_line_may_be_huge(read: Lines) -> None:
    (found,) = read(line("dev.storyline.interview.held.v1", {"title": "x" * 5_000_000}))
    assert isinstance(found, RawRecord)


def test_half_a_surrogate_pair_is_kept_as_a_question_mark(read: Lines) -> None:
    (found,) = read('{"specversion":"1.0","id":"\\ud800","source":"s","type":"dev.storyline.interview.held.v1",'
                    '"time":"2026-02-05T10:00:00Z","data":{"title":"\\udfff"}}')  # fmt: skip
    assert isinstance(found, RawRecord)
    assert (found.record_key, found.body["data"]["title"]) == ("?", "?")


def test_a_record_is_known_by_its_source_and_id(read: Lines) -> None:
    (found,) = read(TALK)
    assert isinstance(found, RawRecord)
    assert (found.instance, found.stream, found.record_key) == ("https://ci.acme.example/shop", "events", "e-1")
    assert found.vendor_version_at is not None


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    for name in ("b.ndjson", "a.jsonl", "notes.txt", "events.golden.jsonl"):
        (tmp_path / name).write_text("{\n")
    assert [record.record_key for record in SOURCE.read_recording(tmp_path)] == ["a.jsonl:1", "b.ndjson:1"]


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.ndjson cannot be read \(No such file"):
        list(SOURCE.read_recording(tmp_path / "none.ndjson"))
