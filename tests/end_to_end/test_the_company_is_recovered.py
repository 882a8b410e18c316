"""The demo company knows what is true; the line, fed over HTTP by played vendors, must come to the same."""

import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import pipelines.sources.github as github
import pipelines.sources.jira as jira
from pipelines.collect import Trip, collect
from pipelines.company import Company, Scale, simulate, story_truths
from pipelines.company.facts import Status
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.cloudevents.demo import interviews
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.demo import hub
from pipelines.sources.github.server import serve as serve_hub
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.demo import SITE, site
from pipelines.sources.jira.server import serve as serve_site
from pipelines.sources.live import Network
from tests.conftest import ROOT, command_line, environment
from warehouse.connection import reader

# What hangs on a flag: no source tells of flags yet.
FLAGGED = ("code_complete_at", "reviewed_at", "production_at", "full_rollout_at")


def _night(settings: Settings, company: Company, as_of: datetime, folder: Path) -> None:
    """Collect from both vendors as they stand at a moment, and take in what the notebook exported."""
    jira_store = site(company, as_of, tokens={"Bearer t"})
    hub_store = hub(company, as_of, tokens={"t"})
    projects = tuple(team.project for team in company.teams)
    with serve_site(jira_store) as tracker, serve_hub(hub_store) as forge:
        jira_at = JiraConnection(url=tracker.url, host=SITE, projects=projects, token=SecretStr("t"))
        github_at = GitHubConnection(
            url=forge.url, host="github.com", repositories=tuple(hub_store.repositories), token=SecretStr("t")
        )
        for source, connection in ((jira.SOURCE, jira_at), (github.SOURCE, github_at)):
            collector = source.collector(connection, Network(attempts=1))
            done = collect(settings, source, collector, Trip("ingest", as_of))
            collector.close()
            assert (done.errors, done.taken.reasons) == ([], [])
    file = folder / "interviews.ndjson"
    file.write_text(interviews(company, as_of))
    take_in(settings, Intake("cloudevents", file, "import", as_of))


def _marts(settings: Settings) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        command_line("transform"), cwd=ROOT, env=environment(settings.home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with reader(settings.database) as connection:
        found = connection.execute("select * from marts.fct_stories where not is_deleted")
        names = [column[0] for column in found.description]
        return {row["story_key"]: row for row in (dict(zip(names, values, strict=True)) for values in found.fetchall())}


def _rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with reader(settings.database) as connection:
        return connection.execute(query).fetchall()


def _visits(company: Company, as_of: datetime) -> list[tuple[str, str, datetime]]:
    """Every visit to a status, each slip of a hand included."""
    return sorted(
        (story.key, status.value, at)
        for story in company.stories
        for status, at in [(Status.BACKLOG, story.created_at), *((move.status, move.at) for move in story.moves)]
        if at <= as_of
    )


def _told(company: Company, as_of: datetime, marts: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any, Any]]:
    """Every milestone that the mart tells otherwise than the truth, those of flags apart."""
    flagged = {story.key for story in company.stories if story.flag}
    wrong = []
    for truth in story_truths(company, as_of):
        for name in truth.__dataclass_fields__:
            if name in FLAGGED and truth.story_key in flagged:
                continue
            told, true = marts[truth.story_key][name], getattr(truth, name)
            if told != true:
                wrong.append((truth.story_key, name, told, true))
    return wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_every_milestone_of_every_story_is_recovered_night_after_night(seed, settings, tmp_path):
    company = simulate(Scale.small(), seed)
    life = company.ends_at - company.begins_at
    # Two nights in the middle of its life, and one when all is over: what changed between is what is collected.
    seen: set[str] = set()
    for as_of in (company.begins_at + life / 3, company.begins_at + life * 2 / 3, company.ends_at + life):
        _night(settings, company, as_of, tmp_path)
        marts = _marts(settings)
        there = {one.key for one in company.mistakes if one.created_at <= as_of < one.deleted_at}
        seen |= there
        assert marts.keys() == {truth.story_key for truth in story_truths(company, as_of)} | there
        assert _told(company, as_of, marts) == []
        visits = "select story_key, status, entered_at from marts.fct_story_status_intervals order by all"
        assert [row for row in _rows(settings, visits) if row[0] not in seen] == _visits(company, as_of)
        # Bots, and titles that only seem to name a ticket.
        opened = sorted(pull.title for pull in company.strays if pull.opened_at <= as_of)
        assert _rows(settings, "select title from marts.fct_changes where len(story_keys) = 0 order by 1") == [
            (title,) for title in opened
        ]
    assert seen
    gone = _rows(settings, "select story_key from marts.fct_stories where is_deleted order by 1")
    assert gone == [(key,) for key in sorted(seen)]
