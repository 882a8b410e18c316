"""What went to quarantine is told once in the night in which it did, and stays red for as long as it is there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.events.envelope import Event, MappingError
from pipelines.settings import Settings
from pipelines.sources.base import Source
from pipelines.sources.github import GitHub
from pipelines.sources.jira import Jira
from pipelines.sources.registry import sources
from tests.assets.nights import Night, ask, sleep_over, small_line
from warehouse.serving import resolve

OPEN = "select source, stream, record_key from marts.fct_quarantine order by 1, 2, 3"


@dataclass(frozen=True)
class Week:
    """Nights by number, and what was published after each of what is in quarantine."""

    settings: Settings
    nights: list[Night]
    published: list[list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """One ticket has no time of creation and one line is no event; the same again; then the ticket is mended."""
    folder = tmp_path_factory.mktemp("week")
    settings = small_line(folder)
    lines = folder / "lines.ndjson"
    lines.write_text("no event\n")
    recordings = settings.recordings | {"cloudevents": (lines,)}
    settings = settings.model_copy(update={"recordings": recordings})
    tickets = settings.recordings["jira"][0] / "issues.json"
    week = Week(settings, [], [])

    def sleep() -> None:
        week.nights.append(sleep_over(settings, len(week.nights)))
        week.published.append(ask(resolve(settings), OPEN))

    created = retold(tickets, created=None, updated="2026-03-29T09:00:00.000+0000")
    sleep()
    sleep()
    retold(tickets, created=created, updated="2026-03-30T09:00:00.000+0000")
    sleep()
    return week


def retold(tickets: Path, *, created: str | None, updated: str) -> str:
    """Tell the last ticket anew with these times; return when it said before that it was created."""
    told = json.loads(tickets.read_text())
    before: str = told[-1]["fields"]["created"]
    told[-1]["fields"] |= {"created": created, "updated": updated}
    tickets.write_text(json.dumps(told))
    return before


def test_a_night_in_which_records_went_to_quarantine_is_published_and_ends_with_3(week):
    night = week.nights[0]
    assert night.outcome.exit_code == 3
    assert night.outcome.sentences[:2] == (
        "cloudevents: 1 record went to quarantine; fct_quarantine tells why.",
        "jira: 1 record went to quarantine; fct_quarantine tells why.",
    )
    assert night.outcome.sentences[2].startswith("Published 3 tables")
    assert [row[:2] for row in week.published[0]] == [("cloudevents", "events"), ("jira", "issues")]


def test_the_check_of_the_quarantine_is_red_with_count_and_example_and_blocks_nothing(week):
    checks = week.nights[0].checks
    check = checks["sources/jira", "quarantine_is_empty"]
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.ERROR, False)
    assert check.metadata["records"].value == 1
    assert "created" in check.description
    assert not checks["sources/cloudevents", "quarantine_is_empty"].passed
    assert checks["sources/github", "quarantine_is_empty"].passed


def test_what_was_told_once_is_told_by_the_check_alone(week):
    night = week.nights[1]
    assert night.outcome.exit_code == 0
    assert "quarantine" not in night.told
    assert not night.checks["sources/jira", "quarantine_is_empty"].passed
    assert week.published[1] == week.published[0]


def test_a_record_that_is_mended_turns_the_check_green_again(week):
    """The check counted every refusal that ever was: one bad record of the first week kept it red for years."""
    night = week.nights[2]
    assert night.outcome.exit_code == 0
    assert night.checks["sources/jira", "quarantine_is_empty"].passed
    assert not night.checks["sources/cloudevents", "quarantine_is_empty"].passed
    assert [row[0] for row in week.published[2]] == ["cloudevents"]


class Stricter:
    """The next version of a source's mapper, which refuses a kind of record that the one before could map."""

    def __init__(self, source: Source, refused: str) -> None:
        self._source, self._refused = source, refused
        self.mapper_version = source.mapper_version + 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        if stream == self._refused:
            raise MappingError("it lacks a thread")
        return self._source.to_events(instance, stream, record_key, body)


def test_what_a_new_mapper_refuses_is_told_whether_its_source_was_read_or_not(week, monkeypatch):
    """Where the source was read too, its records had been mapped anew before anyone counted: nobody was told."""
    monkeypatch.setitem(sources(), "jira", Stricter(Jira(), "comments"))
    monkeypatch.setitem(sources(), "github", Stricter(GitHub(), "repository"))
    night = sleep_over(week.settings, 3, ("jira",))
    assert night.outcome.exit_code == 3
    assert sorted(night.outcome.sentences[:2]) == [
        "github: 1 record went to quarantine; fct_quarantine tells why.",
        "jira: 1 record went to quarantine; fct_quarantine tells why.",
    ]
    refused = {row[:2] for row in ask(resolve(week.settings), OPEN)}
    assert {("jira", "comments"), ("github", "repository")} <= refused
