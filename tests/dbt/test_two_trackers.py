"""Two trackers in one warehouse, of different vendors and with the same keys: each keeps its own history, statuses,
links and parents. What the second one's tickets went through is planted, move by move.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import pipelines.sources.jira as first
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.linear.server import Store, nodes
from tests.conftest import build
from tests.dbt.planting import day
from warehouse.connection import reader

AS_OF = day(90)
TEAM = nodes.team("SHOP", "Shop")
ANN, BOB = nodes.user("Ann", "ann@acme.example"), nodes.user("Bob", "bob@acme.example")
STATES = {
    name: nodes.state(TEAM, name, kind, place, day(-1))
    for place, (name, kind) in enumerate(
        (
            ("Triage", "triage"), ("Todo", "unstarted"), ("In Progress", "started"), ("In Review", "started"),
            ("Done", "completed"), ("Canceled", "canceled"), ("Duplicate", "duplicate"),
        )
    )
}  # fmt: skip
# What each issue went through: days and seconds after it was created, and by whom.
LIVES: dict[int, list[tuple[str, timedelta, Any]]] = {
    # Three moves of one person within a minute are one row of the history, and three spans.
    1: [("Todo", timedelta(seconds=5), ANN), ("In Progress", timedelta(seconds=20), ANN),
        ("In Review", timedelta(seconds=50), ANN), ("Done", timedelta(days=3), BOB)],
    # Done, opened again, and done for good.
    2: [("In Progress", timedelta(days=1), ANN), ("Done", timedelta(days=2), ANN),
        ("In Progress", timedelta(days=4), BOB), ("Done", timedelta(days=9), BOB)],
    3: [("In Progress", timedelta(days=1), ANN), ("Canceled", timedelta(days=2), BOB)],
    4: [("Duplicate", timedelta(hours=1), BOB)],
    5: [],
    # Without spans of its own: what its history alone tells.
    6: [
        ("In Progress", timedelta(days=1), ANN),
        ("In Review", timedelta(days=2), BOB),
        ("Done", timedelta(days=3), ANN),
    ],
    # Spans that begin later than it does.
    7: [("Todo", timedelta(days=1), ANN), ("In Progress", timedelta(days=5), BOB), ("Done", timedelta(days=6), ANN)],
    8: [("In Progress", timedelta(days=2), BOB)],
}  # fmt: skip


def created(number: int) -> datetime:
    return day(number)


def planted(folder: Path) -> None:
    """Write the second tracker as a recording."""
    store = Store()
    store.define(STATES.values())
    for number, life in LIVES.items():
        parent = {"id": nodes.id_of("issue", "SHOP-1"), "identifier": "SHOP-1"} if number == 8 else None
        store.put(
            nodes.issue(TEAM, number, f"Second tracker's {number}", STATES["Triage"], created(number), parent=parent)
        )
        for name, after, by in life:
            store.move(f"SHOP-{number}", STATES[name], created(number) + after, by)
    by_number = {issue["number"]: issue for issue in store.issues.values()}
    by_number[6]["stateHistory"]["nodes"] = []
    del by_number[7]["stateHistory"]["nodes"][:2]
    relation = {"id": "r1", "type": "blocks", "createdAt": nodes.stamp(day(9))}
    by_number[2]["relations"]["nodes"].append({**relation, "relatedIssue": {"identifier": "SHOP-1"}})
    folder.mkdir()
    (folder / "issues.json").write_text(json.dumps(list(store.issues.values())))
    (folder / "workflow_states.json").write_text(json.dumps(list(STATES.values())))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    home = tmp_path_factory.mktemp("trackers")
    settings = Settings(home=home / "home")
    other = home / "first"
    shutil.copytree(Path(first.__file__).parent / "fixtures", other, ignore=shutil.ignore_patterns("data-center"))
    planted(home / "second")
    take_in(settings, Intake("jira", other, "replay", AS_OF))
    taken = take_in(settings, Intake("linear", home / "second", "replay", AS_OF))
    assert (taken.quarantined, taken.new_records) == (0, len(LIVES) + len(STATES))
    outcome = build(settings, "fct_stories", "fct_story_status_intervals", "fct_links")
    assert outcome.ok, outcome.error
    with reader(settings.database) as connection:
        yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()


def test_every_visit_of_every_issue_is_recovered_from_its_spans_and_its_history(ask):
    told = ask(
        "select stories.ticket_key, visits.status, visits.entered_at from marts.fct_story_status_intervals as visits"
        " inner join marts.fct_stories as stories using (story_key) where stories.source = 'linear' order by all"
    )
    true = [
        (f"SHOP-{number}", name, created(number) + after)
        for number, life in LIVES.items()
        for name, after in [("Triage", timedelta()), *((name, after) for name, after, _ in life)]
    ]
    assert told == sorted(true)


def test_a_cancelled_issue_and_a_duplicate_are_over_and_not_resolved(ask):
    told = ask(
        "select ticket_key, is_open, status_category, resolved_at from marts.fct_stories"
        " where source = 'linear' and ticket_key in ('SHOP-2', 'SHOP-3', 'SHOP-4', 'SHOP-5') order by 1"
    )
    assert told == [
        ("SHOP-2", False, "done", created(2) + timedelta(days=9)),
        ("SHOP-3", False, "cancelled", None),
        ("SHOP-4", False, "cancelled", None),
        ("SHOP-5", True, "to_do", None),
    ]


def test_a_reopened_issue_keeps_its_first_start_and_its_first_end(ask):
    told = ask(
        "select started_at, first_done_at, done_at, reopened_count from marts.fct_stories"
        " where source = 'linear' and ticket_key = 'SHOP-2'"
    )
    at = created(2)
    assert told == [(at + timedelta(days=1), at + timedelta(days=2), at + timedelta(days=9), 1)]


def test_tickets_of_two_trackers_with_one_key_are_two_stories(ask):
    shared = ask("select ticket_key from marts.fct_stories group by 1 having count(distinct source) = 2 order by 1")
    assert ("SHOP-1",) in shared
    keys = ask("select source, story_key from marts.fct_stories where ticket_key = 'SHOP-1' order by 1")
    assert keys == [("jira", "SHOP-1"), ("linear", "linear:SHOP-1")]
    titles = ask("select title from marts.fct_stories where story_key = 'linear:SHOP-1'")
    assert titles == [("Second tracker's 1",)]


def test_a_parent_and_a_link_are_of_the_tracker_that_tells_them(ask):
    told = ask(
        "select parent_key, is_measured from marts.fct_stories where source = 'linear' and ticket_key = 'SHOP-8'"
    )
    assert told == [("linear:SHOP-1", False)]
    links = ask("select to_key from marts.fct_links where from_key = 'linear:SHOP-2' and rule = 'blocks'")
    assert links == [("linear:SHOP-1",)]


def test_a_status_counts_as_its_own_tracker_says_whatever_the_other_calls_so(ask):
    told = ask(
        "select distinct stories.source, visits.status_category from marts.fct_story_status_intervals as visits"
        " inner join marts.fct_stories as stories using (story_key) where visits.status = 'In Review' order by all"
    )
    assert ("linear", "in_progress") in told
    unknown = ask(
        "select count(*) from marts.fct_story_status_intervals as visits"
        " inner join marts.fct_stories as stories using (story_key)"
        " where stories.source = 'linear' and visits.status_category = 'unknown'"
    )
    assert unknown == [(0,)]
