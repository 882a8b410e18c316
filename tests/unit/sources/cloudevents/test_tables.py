"""Tables that people keep by hand: whatever their spreadsheet did to them, each row is told, or why it is not."""

import csv
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.cloudevents import SOURCE
from tests.contracts.collecting import AS_OF, events
from warehouse.connection import reader

from .conftest import keys

Table = Callable[..., list[RawRecord | BadRecord]]
HEAD = ["kind", "id", "at", "title", "text", "story_keys", "person"]
TALK = ["interview", "7", "2026-01-05", "Export is missed", "By hand", "SHOP-1", "ann@x.example"]


def written(*rows: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Table:
    def read(content: str | bytes, name: str = "talks.csv") -> list[RawRecord | BadRecord]:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(SOURCE.read_recording(file))

    return read


def told(record: RawRecord | BadRecord) -> Event:
    assert isinstance(record, RawRecord), record
    kept = SOURCE.pseudonymise(record, keys())
    (event,) = SOURCE.to_events(kept.instance, kept.stream, kept.record_key, kept.body)
    return event


def reasons(found: list[RawRecord | BadRecord]) -> list[str]:
    return [one.reason for one in found if isinstance(one, BadRecord)]


@pytest.mark.parametrize(
    "content",
    [
        written(HEAD, TALK).encode(),
        b"\xef\xbb\xbf" + written(HEAD, TALK, delimiter=";").encode(),
        ("sep=;\r\n" + written(HEAD, TALK, delimiter=";")).encode(),
        written(HEAD, TALK, delimiter="\t").encode("utf-16"),
        written(HEAD, TALK).replace("\r\n", "\r").encode(),
        written([one.upper().replace("_", " ") for one in HEAD], TALK, [""] * 7).encode(),
    ],
    ids=[
        "commas",
        "semicolons and a mark",
        "a line that names the separator",
        "UTF-16",
        "old ends of lines",
        "capitals",
    ],
)
def test_however_a_spreadsheet_saves_it_the_row_is_the_same_fact(read, content):
    (record,) = read(content)
    event = told(record)
    assert (event.event_type, event.occurred_at and event.occurred_at.isoformat()) == (
        "interview.held", "2026-01-05T00:00:00+00:00",
    )  # fmt: skip
    assert {name: event.payload[name] for name in ("interview_id", "title", "text", "story_keys")} == {
        "interview_id": "7", "title": "Export is missed", "text": "By hand", "story_keys": ["SHOP-1"],
    }  # fmt: skip
    assert event.event_id == told(read(written(HEAD, TALK))[0]).event_id


def test_a_date_that_is_none_is_told_by_its_row_and_the_others_are_read(read):
    found = read(written(HEAD, TALK, ["interview", "8", "1/2/2026", "x"], ["interview", "9", "2026-01-05"]))
    assert [type(one) for one in found] == [RawRecord, BadRecord, RawRecord]
    assert reasons(found)[0].startswith("row 3: '1/2/2026' is one day in America and another in Europe")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["poem", "8", "2026-01-05"], "kind 'poem' is none; there are interview, insight, feedback, incident, label"),
        (["", "8", "2026-01-05"], "kind '' is none"),
        (["incident", "8", "2026-01-05", "x", "words"], "kind incident has no text; empty that cell"),
        (["label", "8", "2026-01-05"], "ticket_id is missing"),
        (["interview", "8", ""], "at is missing"),
        ([*TALK, "more"], "it has 8 cells under 7 columns"),
        (["feedback", "8", "2026-01-05", "", "SHOP"], None),
    ],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_told_by_its_number_and_why(read, row, said):
    found = read(written(HEAD, TALK, row))
    assert [said in one for one in reasons(found)] == ([True] if said else [])
    assert isinstance(found[0], RawRecord)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "no header"), ("a,b\n1,2", "no header with the columns kind and at"),
        ("kind,at,phone\n", "a column 'phone' that means nothing here; take it out"),
        ("kind,at,at\n", "the column at twice"), ('kind,"at\n', "no header that can be read"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_refused_in_one_sentence(read, header, said):
    with pytest.raises(RecordingError, match=said) as refused:
        read(header)
    assert "\n" not in str(refused.value).replace(str(refused.value).split(" ")[0], "")


def test_a_quotation_mark_that_is_never_closed_is_told_and_what_came_before_is_kept(read):
    found = read(written(HEAD, TALK) + 'interview,8,2026-01-05,"never closed\ninterview,9,2026-01-06\n')
    assert [type(one) for one in found] == [RawRecord, BadRecord]
    assert "row 3: its quotation marks do not pair" in reasons(found)[0]


def test_a_row_in_another_encoding_is_told_and_the_others_are_kept(read):
    bad = ["feedback", "8", "2026-01-05", "", "caf\xe9"]
    found = read(written(HEAD, TALK).encode() + written(bad).encode("cp1252"))
    assert reasons(found) == ["row 3: text is not UTF-8; save the table as CSV UTF-8"]


def test_an_id_that_two_rows_share_is_one_thing_or_a_mistake(read):
    same, other = read(written(HEAD, TALK, TALK))
    assert same == other
    found = read(written(HEAD, TALK, [*TALK[:3], "Another title"], ["insight", *TALK[1:]]))
    assert reasons(found) == ["row 3: its id stands in row 2 too, which says something else"]
    assert told(found[2]).payload["insight_id"] == "7"


def test_a_table_imported_again_under_another_name_adds_nothing_and_a_row_without_an_id_is_known_again(tmp_path):
    home, rows = (
        Settings(home=tmp_path / "home"),
        written(HEAD, TALK, ["feedback", "", "2026-01-06", "", "Please, Excel"]),
    )
    kept = []
    for number, name in enumerate(("a.csv", "b.CSV")):
        (tmp_path / name).write_text(rows)
        done = take_in(home, Intake("cloudevents", tmp_path / name, "import", AS_OF))
        assert (done.reasons, done.new_records) == ([], 0 if number else 2)
        kept.append(events(home))
    assert kept[0] == kept[1] != []


def test_people_of_good_and_of_bad_rows_are_keyed_before_anything_is_kept(tmp_path):
    home, file = Settings(home=tmp_path / "home"), tmp_path / "talks.csv"
    said = "I am ann@x.example, call +49 170 1234567"
    rows = [
        ["feedback", "1", "2026-01-05", "", said, "", "Ann Example"],
        ["feedback", "2", "soon", "", said, "", "Ann Example"],
    ]
    file.write_text(written(HEAD, *rows))
    assert len(take_in(home, Intake("cloudevents", file, "import", AS_OF)).reasons) == 1
    with reader(home.database) as connection:
        bodies = connection.execute(
            "select body from log.raw_records union all select body from log.quarantine"
        ).fetchall()
    assert len(bodies) == 2
    text = json.dumps(bodies)
    assert [word for word in ("Ann", "ann@", "170 1234567") if word in text] == [], text


def test_words_of_every_kind_and_five_megabytes_of_them_are_data_and_nothing_more(read):
    hostile = (
        '=HYPERLINK("https://evil.example") Ignore all rules \u202eעברית\u202c \u200b🙂 \'; drop table x; --\u0000'
    )
    began = time.monotonic()
    found = read(written(HEAD, ["feedback", "1", "2026-01-05", "", hostile + "é" * 5_000_000]))
    assert str(told(found[0]).payload["text"]).startswith(hostile)
    assert time.monotonic() - began < 20


def test_every_kind_gives_the_event_that_says_it(read):
    head = [
        "kind",
        "id",
        "at",
        "title",
        "service",
        "severity",
        "resolved_at",
        "score",
        "channel",
        "ticket_id",
        "topic",
        "is_about",
    ]
    rows: list[list[Any]] = [
        ["incident", "i", "2026-01-05", "Down", "shop", "sev1", "2026-01-06"],
        ["feedback", "f", "2026-01-05", "Slow", "", "", "", "4,5", "Survey"],
        ["label", "", "2026-01-05", "", "", "", "", "", "", "101", "export", "No"],
        ["insight", "n", "2026-01-05", "They copy by hand"],
    ]
    found = read(written(head, *rows))
    assert [told(one).event_type for one in found] == [
        "incident.opened", "incident.resolved", "support.feedback_given", "support.topic_labelled",
        "interview.insight_noted",
    ]  # fmt: skip
    assert told(found[1]).subject == told(found[0]).subject == "incident:i"
    assert {**told(found[2]).payload}.items() >= {"score": 4.5, "channel": "survey", "text": "Slow"}.items()
    assert {**told(found[3]).payload}.items() >= {"ticket_id": "101", "is_about": False}.items()


@pytest.mark.parametrize(
    ("cell", "said"),
    [("maybe", "is_about is neither yes nor no"), ("", "data.is_about is missing")],
)
def test_a_label_says_yes_or_no(read, cell, said):
    head = ["kind", "at", "ticket_id", "topic", "is_about"]
    assert said in reasons(read(written(head, ["label", "2026-01-05", "101", "export", cell])))[0]


def test_a_channel_and_a_score_that_nobody_knows_are_told(read):
    head = ["kind", "at", "text", "channel", "score"]
    found = read(
        written(head, ["feedback", "2026-01-05", "x", "smoke", "1"], ["feedback", "2026-01-05", "x", "chat", "many"])
    )
    assert "data.channel is wrong" in reasons(found)[0]
    assert "score is no number: 'many'" in reasons(found)[1]
