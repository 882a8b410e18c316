"""What sessions and issues mean, whatever of them is missing or odd; and what a recording tells of itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event, MappingError
from pipelines.projection import CatalogProjection
from pipelines.sources.base import BadRecord, RawRecord, RecordingError
from pipelines.sources.sentry import SOURCE
from pipelines.sources.sentry.collector import next_cursor
from pipelines.sources.sentry.people import pseudonymise
from warehouse.people import KeyedPseudonyms

SITE, SHA = "sentry.io/acme", "3f786850e387550fdab836ed7e6dc881de23001b"
RESOLVED = {"type": "set_resolved", "dateCreated": "2026-03-02T11:00:00Z"}


def answer(*groups: dict[str, Any], hours: int = 2, **more: Any) -> dict[str, Any]:
    intervals = [f"2026-03-02T{hour:02}:00:00Z" for hour in range(hours)]
    return {"start": intervals[0], "end": f"2026-03-02T{hours:02}:00:00Z", "intervals": intervals} | {
        "groups": list(groups),
        **more,
    }


def group(counts: Any, rates: Any, **by: Any) -> dict[str, Any]:
    return {"by": by, "series": {"sum(session)": counts, "crash_free_rate(session)": rates}}


def walked(folder: Path, **files: Any) -> list[RawRecord | BadRecord]:
    for name, told in files.items():
        (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    return list(SOURCE.read_recording(folder))


def events(stream: str, body: Any) -> list[Event]:
    CatalogProjection(SOURCE).project(SITE, stream, "1", body)
    return list(SOURCE.to_events(SITE, stream, "1", body))


def issue(**more: Any) -> dict[str, Any]:
    return {"id": "7", "firstSeen": "2026-03-02T10:00:00Z", "status": "unresolved", "title": "Down"} | more


def test_a_day_of_a_release_is_two_measures(tmp_path):
    (record,) = walked(tmp_path, sessions=answer(group([4, 0], [0.75, None], project=1, release="shop@1")))
    sessions, rate = events("sessions", record.body)
    assert [point["value"] for point in sessions.payload["points"]] == [4.0, 0.0]
    assert [(point["value"], point["count"]) for point in rate.payload["points"]] == [(0.75, 4.0), (None, 0.0)]
    assert (rate.payload["service"], rate.payload["release"], rate.payload["environment"]) == ("1", "shop@1", None)


def test_a_project_is_called_by_its_slug_where_anything_tells_it(tmp_path):
    told = answer(group([4, 0], [1, None], project=1), group([4, 0], [1, None], project=2))
    of_search = issue(project={"id": 2, "slug": "search"})
    found = walked(tmp_path, sessions=told, projects=[{"id": "1", "slug": "shop"}], issues=[of_search])
    slugs = [one.body["project"]["slug"] for one in found if one.stream == "sessions"]
    assert slugs == ["shop", "search"]


def test_a_day_that_is_told_in_parts_is_one_record(tmp_path):
    later = answer(group([2], [1.0], release="a"), hours=1)
    later |= {"intervals": ["2026-03-02T02:00:00Z"], "start": "2026-03-02T02:00:00Z", "end": "2026-03-02T03:00:00Z"}
    (record,) = walked(tmp_path, sessions=[answer(group([4, 0], [0.75, None], release="a")), later])
    assert len(record.body["intervals"]) == 3
    assert record.body["interval_seconds"] == 3_600


@pytest.mark.parametrize(
    "broken",
    [
        {"detail": "no"},
        7,
        None,
        answer(group([1], [1, 1])),
        answer(group([1, 1], None)),
        answer(group([1, 1], [1, 1]), intervals=["soon", "later"]),
        answer(group([1], [1]), intervals=["2026-03-02T00:00:00Z"], end=None),
    ],
)
def test_an_answer_that_makes_no_sense_is_kept_apart_and_takes_no_other_with_it(tmp_path, broken):
    found = walked(tmp_path, sessions=[broken, answer(group([4, 0], [0.75, None]))])
    assert [type(one) for one in found] == [BadRecord, RawRecord]
    assert "makes no sense" in found[0].reason


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (group([1, 1], [1.2, 1]), "a share above 1"),
        (group([1, "many"], [1, 1]), "a value that is no number"),
        (group([1, 1], [1, [1]]), "a value that is no number"),
    ],
)
def test_values_that_make_no_sense_are_refused(tmp_path, told, said):
    (record,) = walked(tmp_path, sessions=answer(told))
    with pytest.raises(MappingError, match=said):
        events("sessions", record.body)


def test_a_release_may_be_of_any_writing(tmp_path):
    (record,) = walked(tmp_path, sessions=answer(group([1, 1], [1, 1], release="ü\u202e🛒" + "x" * 5_000_000)))
    assert len(events("sessions", record.body)) == 2


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({}, ["opened"]),
        ({"status": "ignored"}, ["opened"]),
        ({"status": "a new word"}, ["opened"]),
        ({"status": "resolved", "activity": [RESOLVED]}, ["opened", "resolved"]),
        (
            {"status": "resolved", "activity": [RESOLVED | {"type": "set_resolved_in_a_new_way"}]},
            ["opened", "resolved"],
        ),
        ({"activity": [RESOLVED]}, ["opened"]),
    ],
)
def test_an_issue_is_over_only_when_it_is_resolved_now(more, kinds):
    assert [event.event_type for event in events("issues", issue(**more))] == [f"incident.{kind}" for kind in kinds]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": None}, "has no id"),
        ({"firstSeen": None}, "has no firstSeen"),
        ({"firstSeen": "once"}, "has firstSeen 'once', which is no time"),
        ({"status": "resolved"}, "does not tell when"),
        ({"status": "resolved", "activity": [None, 7, {"type": "note"}]}, "does not tell when"),
        ({"status": "resolved", "activity": [RESOLVED | {"dateCreated": 7}]}, "which is no time"),
    ],
)
def test_an_issue_that_makes_no_sense_is_refused_in_a_sentence(more, said):
    with pytest.raises(MappingError, match=said):
        events("issues", issue(**more))


@pytest.mark.parametrize(
    ("release", "sha"),
    [
        ({"version": f"shop@{SHA}"}, SHA),
        ({"version": SHA.upper()}, SHA),
        ({"version": f"{SHA}0"}, None),
        ({"version": "shop@1.2"}, None),
        ("1.2", None),
        (None, None),
    ],
)
def test_a_release_that_is_named_by_a_commit_blames_it(release, sha):
    assert events("issues", issue(firstRelease=release))[0].payload["sha"] == sha


@pytest.mark.parametrize(
    ("files", "instance"),
    [
        ({"organization": {"slug": "acme"}}, "sentry.io/acme"),
        ({"organization": {"slug": "acme", "links": {"regionUrl": "https://de.sentry.io"}}}, "sentry.io/acme"),
        (
            {"organization": {"slug": "acme", "links": {"regionUrl": "https://err.acme.example"}}},
            "err.acme.example/acme",
        ),
        ({"issues": [issue(permalink="https://acme.sentry.io/issues/7/")]}, "sentry.io/acme"),
        ({"issues": [issue(permalink="https://err.acme.example/organizations/a/issues/7/")]}, "err.acme.example/a"),
        ({"issues": [None, issue(permalink=None)]}, "sentry"),
        ({}, "sentry"),
    ],
)
def test_a_recording_tells_its_organization_or_is_of_the_one_that_most_have(tmp_path, files, instance):
    found = walked(tmp_path, sessions=answer(group([1, 1], [1, 1])), **files)
    assert {one.instance for one in found} == {instance}


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "sessions.json").write_text("no json")
    with pytest.raises(RecordingError, match=r"sessions\.json is not JSON"):
        list(SOURCE.read_recording(tmp_path))


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ('<https://x?c=1>; rel="next"; results="true"; cursor="1:0:0"', "1:0:0"),
        ('<https://x?c=1>; rel="next"; results="false"; cursor="1:0:0"', None),
        ('<x>; rel="previous"; results="true"; cursor="0", <x>; rel="next"; results="true"; cursor="2"', "2"),
        ("", None),
        ("nonsense", None),
    ],
)  # fmt: skip
def test_the_next_page_is_one_that_holds_something(link, cursor):
    assert next_cursor(link) == cursor


def test_people_are_keys_and_teams_keep_their_name():
    ann = {"id": "77", "name": "Ann", "email": "ann@acme.example", "avatarUrl": "https://x/y.png"}
    body = issue(
        assignedTo={"type": "user", "id": "77", "name": "Ann"},
        owner={"type": "team", "id": "5", "name": "checkout"},
        seenBy=[ann],
        activity=[{"type": "note", "user": ann, "data": {"text": "ask Bo@acme.example"}}, {"user": {"username": None}}],
    )
    people = KeyedPseudonyms("test", ())
    hidden = pseudonymise(RawRecord(SITE, "issues", "7", body), people)
    text = str(hidden.body)
    assert not [name for name in ("Ann", "acme.example", "y.png") if name in text]
    assert hidden.body["assignedTo"]["id"] == hidden.body["seenBy"][0]["id"]
    assert hidden.body["owner"]["name"] == "checkout"
    assert pseudonymise(hidden, people) == hidden
