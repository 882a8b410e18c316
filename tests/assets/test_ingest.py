"""A source that is down becomes stale with its reason, and the rest of the line runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.events.records import BadRecord, RawRecord
from pipelines.settings import Settings
from pipelines.sources.base import Source
from pipelines.sources.github import GitHub
from pipelines.sources.jira import Jira
from pipelines.sources.registry import sources
from tests.assets.nights import FIXTURES, Night, ask, night, sleep_over, small_line
from warehouse.serving import resolve

RUNS = "select source, status, error from log.runs where as_of = ? and source is not null order by run_number"
FRESHNESS = """
select last_status, last_error, is_stale from marts.fct_source_freshness
where source = 'jira' and instance in ('unknown', 'acme-shop.atlassian.net')
"""


class Breaks:
    """A source whose reader breaks the first time that it is asked."""

    def __init__(self, source: Source, error: Exception) -> None:
        self._source, self._error = source, error
        self._is_whole = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        if not self._is_whole:
            self._is_whole = True
            raise self._error
        return self._source.read_recording(folder)


@dataclass(frozen=True)
class Week:
    """Nights by number, and what was published after each of jira's freshness."""

    settings: Settings
    nights: dict[int, Night]
    freshness: dict[int, list[tuple[object, ...]]]

    def sleep(self, number: int, **recordings: tuple[Path, ...]) -> None:
        settings = self.settings.model_copy(update={"recordings": self.settings.recordings | recordings})
        self.nights[number] = sleep_over(settings, number)
        self.freshness[number] = ask(resolve(settings), FRESHNESS)

    def runs(self, number: int) -> list[tuple[object, ...]]:
        return ask(self.settings.database, RUNS, night(number))


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Jira's file is cut off in the first night and whole in the second. Two nights later jira's reader breaks, GitHub
    does not answer at once, and of two files of events one is away.
    """
    folder = tmp_path_factory.mktemp("week")
    week = Week(small_line(folder), {}, {})
    file = week.settings.recordings["jira"][0] / "issues.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    week.sleep(0)
    file.write_bytes(whole)
    week.sleep(1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sources(), "jira", Breaks(Jira(), KeyError("fields")))
        patched.setitem(sources(), "github", Breaks(GitHub(), ConnectionError("reset by peer")))
        week.sleep(3, cloudevents=(folder / "away.ndjson", FIXTURES / "cloudevents" / "fixtures" / "events.ndjson"))
    return week


def test_while_a_source_is_down_the_others_are_taken_in_and_published(week):
    made = week.nights[0].made
    assert made["sources/github"]["new_records"] > 50
    assert (made["sources/jira"]["new_records"], made["sources/jira"]["stale"]) == (0, True)
    assert {"marts/fct_source_freshness", "marts/dim_dates", "serving/serving_file"} <= made.keys()
    published = ask(
        week.settings.database, "select distinct source from log.raw_records where observed_at = ?", night(0)
    )
    assert published == [("github",)]


def test_a_night_with_a_source_down_ends_with_3_and_names_source_and_reason(week):
    outcome = week.nights[0].outcome
    assert outcome.exit_code == 3
    assert outcome.sentences[0].startswith("jira failed and is stale: ")
    assert "issues.json is not JSON" in outcome.sentences[0]
    assert outcome.sentences[-1].startswith("Published 3 tables")


def test_the_check_of_a_source_that_is_down_warns_and_blocks_nothing(week):
    checks = week.nights[0].checks
    answer = checks["sources/jira", "answers"]
    assert (answer.passed, answer.severity, answer.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
    assert "issues.json is not JSON" in answer.description
    assert checks["sources/github", "answers"].passed
    assert checks["sources/jira", "is_fresh"].description == "never read whole"
    assert not checks["sources/jira", "is_fresh"].passed


def test_the_log_keeps_why_a_source_failed_and_the_report_tells_it(week):
    (failed,) = [run for run in week.runs(0) if run[0] == "jira"]
    assert failed[1] == "failed"
    assert "issues.json is not JSON" in failed[2]
    assert ("github", "ok", None) in week.runs(0)
    assert week.freshness[0] == [("failed", failed[2], True)]


def test_the_night_after_a_source_is_mended_heals_it(week):
    healed = week.nights[1]
    assert healed.outcome.exit_code == 0
    assert "jira" not in healed.told
    assert healed.made["sources/jira"]["new_records"] > 20
    assert healed.checks["sources/jira", "answers"].passed
    assert week.freshness[1] == [("ok", None, False)]


def test_what_no_source_foresaw_is_told_like_any_other_reason(week):
    bad = week.nights[3]
    folder = week.settings.recordings["jira"][0]
    assert bad.outcome.exit_code == 3
    assert f"jira failed and is stale: {folder} could not be read: KeyError" in bad.told
    assert ("jira", "failed") in [run[:2] for run in week.runs(3)]
    assert "Published 3 tables" in bad.told


def test_a_source_that_does_not_answer_at_once_is_asked_again(week):
    bad = week.nights[3]
    assert bad.checks["sources/github", "answers"].passed
    assert bad.made["sources/github"]["records_seen"] > 50


def test_a_source_of_which_one_folder_is_down_was_not_read_whole_and_does_not_count_as_fresh(week):
    """Of two projects one could not be read for weeks; the other's success after it made the source look fresh."""
    bad = week.nights[3]
    assert "away.ndjson" in bad.told
    assert bad.made["sources/cloudevents"]["new_records"] > 5
    assert not bad.checks["sources/cloudevents", "is_fresh"].passed
    last = "select distinct last_status, is_stale from marts.fct_source_freshness where source = 'cloudevents'"
    assert ask(resolve(week.settings), last) == [("failed", True)]


def test_a_source_is_stale_once_it_was_last_read_longer_ago_than_the_setting_says(week):
    assert week.nights[1].checks["sources/jira", "is_fresh"].passed
    stale = week.nights[3]
    check = stale.checks["sources/jira", "is_fresh"]
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
    assert "jira is stale: last read 48.0 hours before this run." in stale.outcome.sentences
    assert stale.checks["sources/github", "is_fresh"].passed
    assert not stale.checks["marts/fct_source_freshness", "assert_sources_are_fresh"].passed
