"""A night with nothing new builds only what speaks of the moment, and its marts are those of one that builds all."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pipelines.events.envelope import Event, MappingError
from pipelines.ingest import Intake, take_in
from pipelines.settings import Freshness, Settings
from pipelines.sources.jira import Jira
from pipelines.sources.registry import sources
from pipelines.transform import TransformOutcome, rebuild, run_dbt
from tests.assets.nights import ask, night, plant_test, small_line, take_in_fixtures, whole_project, without_tests
from tests.conftest import dump_marts
from tests.dbt.planting_guardrails import planted
from warehouse.event_log import Run, record_run
from warehouse.store import open_log

VERDICTS = "select * exclude (raw_position) from log.events where source = 'storyline' order by event_id"
EVERYTHING = {"dim_dates", "fct_quarantine", "fct_source_freshness"}


def transformed(settings: Settings, number: int) -> TransformOutcome:
    """Transform as the nightly job does, as of that night."""
    with open_log(settings, command="nightly", since=night(number)) as connection:
        record_run(connection, Run(command="nightly", as_of=night(number)))
    return run_dbt(settings, only_if_new=True)


def built(outcome: TransformOutcome) -> set[str]:
    """The marts that were built."""
    return {node.name for node in outcome.nodes if not node.is_test and node.name in EVERYTHING}


@pytest.fixture
def whole(tmp_path: Path) -> Settings:
    """Every model over every source's fixtures."""
    project = without_tests(whole_project(tmp_path / "project"))
    settings = Settings(home=tmp_path / "home", dbt_project=project)
    take_in_fixtures(settings)
    planted().take_in(settings)
    return settings


@pytest.mark.heavy
def test_the_marts_of_a_quiet_night_are_those_of_a_rebuild_as_of_the_same_moment(whole):
    first = transformed(whole, 0)
    assert first.ok, first.error
    before = dump_marts(whole.database)
    # What is concluded from the marts is told to the log, and is news to none of them.
    verdicts = ask(whole.database, VERDICTS)
    assert len(verdicts) > 20
    quiet = transformed(whole, 3)
    assert (quiet.ok, quiet.is_rest_unchanged) == (True, True)
    assert 0 < len(quiet.nodes) < len(first.nodes) / 2
    marts = dump_marts(whole.database)
    assert {name for name, rows in marts.items() if rows != before[name]} >= {"dim_dates", "fct_source_freshness"}
    whole_again = rebuild(whole)
    assert (whole_again.ok, whole_again.as_of) == (True, night(3))
    assert dump_marts(whole.database) == marts
    assert ask(whole.database, VERDICTS) == verdicts


class Small:
    """A small line whose last night went well, so that the next is quiet if nothing happens."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.number = 0
        self.is_settled = False

    def night(self, settings: Settings | None = None) -> TransformOutcome:
        self.number += 1
        outcome = transformed(settings or self.settings, self.number)
        self.is_settled = outcome.ok and settings is None
        return outcome

    def read(self, source: str) -> None:
        take_in(self.settings, Intake(source, self.settings.recordings[source][0], "nightly", night(self.number)))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = Small(small_line(tmp_path_factory.mktemp("small")))
    without_tests(small.settings.dbt_project)
    for source in small.settings.recordings:
        small.read(source)
    return small


@pytest.fixture
def small(line: Small) -> Small:
    assert line.is_settled or line.night().ok
    return line


def is_as_rebuilt(settings: Settings) -> bool:
    marts = dump_marts(settings.database)
    assert rebuild(settings).ok
    return dump_marts(settings.database) == marts


def test_the_night_after_a_failed_transform_is_not_quiet(small):
    """Nothing is new in it: log, models and settings are those that failed."""
    one_row = "select count(*) as refused from {{ ref('stg_log__quarantine') }}"
    failing = plant_test(small.settings.dbt_project, "nothing_holds", one_row)
    try:
        assert not small.night().ok
        again = small.night()
    finally:
        failing.unlink()
    assert (again.ok, again.is_rest_unchanged) == (False, False)


def test_a_night_with_new_records_tells_them_and_is_as_a_rebuild(small):
    releases = small.settings.recordings["github"][0] / "releases.json"
    told = json.loads(releases.read_text())
    releases.write_text(json.dumps([*told, told[0] | {"id": 99, "tag_name": "v99"}]))
    known = "select sum(raw_records) from marts.fct_source_freshness where source = 'github'"
    before = ask(small.settings.database, known)[0][0]
    small.read("github")
    outcome = small.night()
    assert outcome.is_rest_unchanged
    assert built(outcome) == EVERYTHING
    assert ask(small.settings.database, known) == [(before + 1,)]
    assert is_as_rebuilt(small.settings)
    small.is_settled = False


def test_a_night_that_read_the_same_again_is_quiet(small):
    small.read("github")
    small.read("jira")
    outcome = small.night()
    assert outcome.is_rest_unchanged
    assert built(outcome) == EVERYTHING - {"fct_quarantine"}


def test_a_night_after_a_changed_setting_is_not_quiet(small):
    changed = small.settings.model_copy(update={"freshness": Freshness(stale_after_hours=1)})
    assert not small.night(changed).is_rest_unchanged


def test_a_night_after_a_changed_model_is_not_quiet(small):
    model = small.settings.dbt_project / "models" / "marts" / "health" / "fct_quarantine.sql"
    model.write_text(model.read_text() + "\n-- said better\n")
    assert not small.night().is_rest_unchanged


class Refusing(Jira):
    """A newer mapper, which refuses everything."""

    def __init__(self, mapper_version: int) -> None:
        self.mapper_version = mapper_version

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        raise MappingError("it lacks a thread")


def test_a_night_after_a_changed_mapper_is_not_quiet_though_it_refuses_the_same(small, monkeypatch):
    """fct_quarantine tells which mapper refused a record; where that alone had changed it told the one before."""
    refused = "select distinct mapper_version, reason from marts.fct_quarantine where source = 'jira'"
    for version in (102, 103):
        monkeypatch.setitem(sources(), "jira", Refusing(version))
        assert not small.night().is_rest_unchanged
        assert ask(small.settings.database, refused) == [(version, "it lacks a thread")]
    small.is_settled = False


def test_a_part_that_was_built_by_hand_does_not_make_the_next_night_quiet(small):
    issues = small.settings.recordings["github"][0] / "issues.json"
    told = json.loads(issues.read_text())
    issues.write_text(json.dumps([told[0] | {"title": "Told anew", "updated_at": "2026-03-30T09:00:00Z"}, *told[1:]]))
    small.read("github")
    assert run_dbt(small.settings, select=["dim_dates"]).ok
    outcome = small.night()
    assert not outcome.is_rest_unchanged
    assert built(outcome) == EVERYTHING
    assert is_as_rebuilt(small.settings)


def test_the_night_after_a_killed_rebuild_builds_everything(small):
    """Killed after it had dropped the marts, a rebuild left the word of the last transform: all is well."""

    class Killed(Exception):
        pass

    def killed(what: str, _done: int, _total: int) -> None:
        assert what == "map again"
        raise Killed

    with pytest.raises(Killed):
        rebuild(small.settings, progress=killed)
    outcome = small.night()
    assert (outcome.ok, outcome.is_rest_unchanged) == (True, False), outcome.error
    assert dump_marts(small.settings.database).keys() == EVERYTHING
