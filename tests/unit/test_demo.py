"""The demo shows the company through every source that can, and its settings are those of production."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path

from pipelines.company import Scale, simulate
from pipelines.company.monorepo import monorepos
from pipelines.connections import connection_of
from pipelines.demo import played, settings_text
from pipelines.settings import load_settings, secret
from pipelines.sources.played import demos

RULES = [
    {"topic": 'the "export"', "patterns": ["\\bcsv\\b", "é"], "deep": {"of": [1, 2]}},
    {"topic": "b", "patterns": []},
]
SOURCES = {"jira": {"url": "http://x", "deep": {"a b": {"rate": 0.5, "is_on": True, "of": ["x"]}}, "projects": ["A"]}}


def test_the_settings_are_toml_whatever_the_folder_is_called(tmp_path: Path) -> None:
    home, company = tmp_path / 'a "b" \\ ü', simulate(Scale.small())
    more = {"support": {"ticket_types": [], "topics": RULES}}
    told = tomllib.loads(settings_text(company, home, SOURCES, {"notes": [str(home)]}, more))
    assert told["support"] == more["support"]
    assert told["home"] == str(home)
    assert told["sources"] == SOURCES
    assert told["recordings"] == {"notes": [str(home)]}
    assert told["teams"].keys() == {team.key for team in company.teams}
    assert told["monorepos"] == monorepos(company) != []


def test_a_company_of_another_day_does_not_join_the_one_that_the_log_holds(tmp_path: Path) -> None:
    file, state = tmp_path / "storyline.toml", tmp_path / "home" / "storyline.duckdb"
    company = simulate(Scale.small())
    for ends_at, is_kept in ((company.ends_at, True), (company.ends_at + timedelta(days=1), False)):
        state.parent.mkdir(exist_ok=True)
        state.touch()
        with played(simulate(Scale.small(), ends_at=ends_at), ends_at, file):
            assert state.exists() == is_kept


def test_every_vendor_that_is_played_can_be_reached_by_the_settings_that_are_written(tmp_path: Path) -> None:
    company, file = simulate(Scale.small()), tmp_path / "storyline.toml"
    with played(company, company.ends_at, file):
        settings = load_settings(file)
        assert settings.sources.keys() | settings.recordings.keys() == demos().keys()
        for name in settings.sources:
            assert connection_of(settings, name)
        assert secret("STORYLINE_JIRA_TOKEN")
    # Tokens of the demo are gone with it, and none stands in a file.
    assert secret("STORYLINE_JIRA_TOKEN") is None
    assert "demo-token" not in file.read_text()


def test_what_is_true_lies_beside_the_settings(tmp_path: Path) -> None:
    company = simulate(Scale.small())
    with played(company, company.ends_at, tmp_path / "storyline.toml"):
        told = json.loads((tmp_path / "truth.json").read_text())
    flags = {story.flag.key for story in company.stories if story.flag and story.flag.steps[0].at <= company.ends_at}
    assert flags == {one["flag_key"] for one in told["impact"] if one["flag_key"]}
    assert any(one["n"] and one["retention"]["mean_on"] for one in told["impact"])
    assert sum(told["support"]["tickets"].values()) > 100
