"""The recorded responses of a real repository: what its events say equals what its rows say."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import parse_time
from pipelines.events.envelope import Event
from pipelines.settings import Settings
from pipelines.sources.base import RawRecord
from pipelines.sources.github import SOURCE
from warehouse.people import pseudonyms

EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
# Minutes from opening to the first answer by a human who is not the author, read off the vendor's pages.
FIRST_ANSWER = {4: 150.23, 13: 66.03, 14: 38.88, 15: 229.48, 19: 251.82, 23: 140.07, 41: 34.55}

Pair = tuple[RawRecord, RawRecord]


@pytest.fixture(scope="module")
def ants(recorded: Path) -> list[Pair]:
    """Each record as recorded and as kept."""
    people = pseudonyms(Settings())
    found = list(SOURCE.read_recording(recorded / "github-ants"))
    assert all(isinstance(record, RawRecord) for record in found)
    return [(record, SOURCE.pseudonymise(record, people)) for record in found if isinstance(record, RawRecord)]


@pytest.fixture(scope="module")
def events(ants: list[Pair]) -> list[Event]:
    return [
        event
        for _, record in ants
        for event in SOURCE.to_events(record.instance, record.stream, record.record_key, record.body)
    ]


def test_every_record_maps_to_facts_that_are_told_once(events: list[Event]) -> None:
    assert len({event.event_id for event in events}) == len(events)


def test_26_of_the_49_pull_requests_were_merged(events: list[Event]) -> None:
    states = Counter(event.payload["state"] for event in events if event.event_type == "change.updated")
    assert states == {"merged": 26, "closed": 19, "open": 4}
    assert Counter(event.event_type for event in events)["change.merged"] == 26


def test_pull_requests_in_the_list_of_issues_are_not_issues(events: list[Event]) -> None:
    assert Counter(event.event_type for event in events)["issue.opened"] == 26


@pytest.mark.parametrize("number", FIRST_ANSWER)
def test_the_first_human_answer_is_the_vendors(events: list[Event], recorded: Path, number: int) -> None:
    about = [event for event in events if event.subject == f"change:panjf2000/ants#{number}"]
    opened = next(event for event in about if event.event_type == "change.opened")
    answers = [
        event.occurred_at
        for event in about
        if event.event_type in ("change.commented", "change.reviewed")
        and event.actor != opened.actor
        and not str(event.actor).startswith("bot:")
    ]
    minutes = (min(answers) - opened.occurred_at).total_seconds() / 60
    assert minutes == pytest.approx(FIRST_ANSWER[number], abs=0.01)
    assert minutes == pytest.approx(by_the_rows(recorded / "github-ants", number))


def by_the_rows(folder: Path, number: int) -> float:
    """The same figure straight from the vendor's rows."""
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    pull = next(row for row in read["pulls"] if row["number"] == number)
    rows = [row for row in read["issue_comments"] if row["issue_url"].endswith(f"/issues/{number}")]
    rows += [row for row in read["review_comments"] if row["pull_request_url"].endswith(f"/pulls/{number}")]
    rows += read["pull_reviews"].get(str(number), [])
    nobody = {pull["user"]["login"], "golangcibot", "gitter-badger"}
    times = [
        parse_time(row.get("submitted_at") or row["created_at"])
        for row in rows
        if row["user"]["type"] != "Bot" and row["user"]["login"] not in nobody
    ]
    return (min(times) - parse_time(pull["created_at"])).total_seconds() / 60


def test_shouted_and_misplaced_outcomes_of_runs_are_told_in_one_way(events: list[Event]) -> None:
    conclusions = Counter(event.payload["conclusion"] for event in events if event.event_type == "build.finished")
    assert set(conclusions) == {
        "success", "failure", "cancelled", "timed_out", "startup_failure", "neutral", "skipped", "stale",
        "action_required",
    }  # fmt: skip
    assert sum(conclusions.values()) == 28


def test_nobody_can_be_found_in_what_is_kept(ants: list[Pair]) -> None:
    for recorded_one, kept in ants:
        text = json.dumps(kept.body, ensure_ascii=False).replace("panjf2000/ants", "")
        assert [found for found in EMAIL.findall(text) if not found.startswith(("git@", "noreply@"))] == []
        for login in set(human_logins(recorded_one.body)):
            assert not re.search(rf"(?<![\w-]){re.escape(login)}(?![\w-])", text), (kept.record_key, login)


def human_logins(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "User" and value["login"] not in ("golangcibot", "gitter-badger", "web-flow"):
            yield value["login"]
        for part in value.values():
            yield from human_logins(part)
    elif isinstance(value, list):
        for part in value:
            yield from human_logins(part)
