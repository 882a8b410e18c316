"""`make demo` in small: the company, its vendors over HTTP, the nightly job, the published figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, environment
from warehouse.connection import reader


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_the_demo_ends_by_itself_and_publishes_what_is_true(home: Path) -> None:
    file = home.parent / "demo" / "storyline.toml"
    command = [sys.executable, "-m", "pipelines.demo", "run", str(file), "--scale", "small"]
    kept = {name: value for name, value in environment(home).items() if name != "STORYLINE_HOME"}
    for _ in range(2):
        # Again: the vendors have other ports, and nothing is new.
        done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    truth = json.loads((file.parent / "truth.json").read_text())
    truths, weeks = [*truth["stories"], *truth["abandoned"]], truth["dora"]
    with reader(file.parent / "home" / "serving.duckdb") as connection:
        told = connection.execute(
            "select story_key, backlog_at from marts.fct_stories where is_measured and title <> 'Please ignore'"
        ).fetchall()
        teams = connection.execute(
            "select distinct team from marts.fct_stories where is_measured order by 1"
        ).fetchall()
        insights = connection.execute(
            "select stories.is_measured, links.is_linked, count(*) from marts.fct_stories as stories"
            " left join marts.fct_story_events as events"
            " on events.event_type = 'interview.insight_noted' and contains(events.url, stories.story_key)"
            " left join marts.fct_links as links on links.from_kind = 'interview' and links.to_key = events.story_key"
            " where stories.story_type = 'Insight' and stories.status = 'Shared' group by all"
        ).fetchall()
        figures = connection.execute(
            "select service, week_on, deployments, recovery_n from marts.agg_dora_weekly where definition = 'dora'"
        )
        dora = {(service, str(week_on)): figure for service, week_on, *figure in figures.fetchall()}
        (builds,) = connection.execute("select count(*) from marts.fct_builds where finished_at is not null").fetchall()
        (runs,) = connection.execute("select count(*) from marts.fct_source_freshness").fetchall()
    assert {key: at.isoformat() for key, at in told} == {one["story_key"]: one["backlog_at"] for one in truths}
    assert dora == {
        (week["service"], week["week_on"]): [week["deployments"], len(week["recovery_seconds"])] for week in weeks
    }
    assert builds[0] == sum(workflow["attempts"] for workflow in truth["builds"])
    assert truth["ai"]["factor"] == 0.75
    assert teams == [("checkout",), ("search",)]
    # Of what was learned each tells of its story, and none counts as one.
    assert [row[:2] for row in insights] == [(False, True)]
    assert runs[0] >= 4
