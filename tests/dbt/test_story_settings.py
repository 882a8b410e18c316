"""The words by which a team marks specifications, AI and follow-ups are settings, and the marts follow them."""

from pathlib import Path

import yaml

from pipelines.settings import PROJECT_ROOT, Settings, Stories
from pipelines.variables import variables
from tests.conftest import build
from tests.dbt.planting import SITE, Tracker, day, fact, plant
from warehouse.connection import reader

TRACKER = Tracker(statuses={"1": ("To Do", "to_do"), "2": ("Concept", "to_do"), "3": ("Doing", "in_progress")})


def test_a_team_that_calls_things_otherwise_sets_its_words_and_the_marts_tell_its_stories(tmp_path: Path) -> None:
    # A team's specifications lay in the status "Concept" and its AI label was "copilot": every spec_at was null and
    # every ai_assistance "unknown", and only a change to dbt_project.yml could help.
    link = {"key": "SP-3", "link_id": "1", "relation": "Grows out of", "to_key": "SP-1"}
    page = {
        "key": "SP-4",
        "link_id": "2",
        "title": "Our Blueprint",
        "url": "https://wiki.example/4",
        "linked_at": day(4),
    }
    tickets = [
        TRACKER.ticket("SP-1", day(0), [(day(1), "2"), (day(2), "3")]),
        TRACKER.ticket("SP-2", day(0), labels=["Concept-Done", "Copilot"]),
        TRACKER.ticket("SP-3", day(3), more=[fact("ticket.linked", f"ticket:{SITE}/SP-3", day(3), link)]),
        TRACKER.ticket("SP-4", day(3), more=[fact("ticket.remote_linked", f"ticket:{SITE}/SP-4", day(4), page)]),
    ]
    words = Stories(
        spec_statuses=("concept",),
        spec_labels=("concept-done",),
        spec_link_pattern=r"\bblueprint\b",
        ai_labels=("copilot",),
        follow_up_relations=("grows out of",),
    )
    told = {
        name: stories(Settings(home=tmp_path / name, stories=chosen), tickets)
        for name, chosen in {"default": Stories(), "own": words}.items()
    }
    assert told["default"] == [(None, "unknown", None)] * 4
    assert told["own"] == [
        (day(1), "unknown", None),
        (day(0), "declared", None),
        (None, "unknown", "SP-1"),
        (day(4), "unknown", None),
    ]


def test_every_variable_of_dbt_can_be_set() -> None:
    defaults = yaml.safe_load((PROJECT_ROOT / "dbt" / "dbt_project.yml").read_text())["vars"]
    assert set(defaults) - set(variables(Settings())) == {"as_of", "follows_log", "segments"}


def stories(settings: Settings, tickets: list) -> list[tuple]:
    plant(settings, [*TRACKER.definitions(), *tickets], as_of=day(10))
    assert build(settings, "fct_stories").ok
    with reader(settings.database) as connection:
        return connection.execute(
            "select spec_at, ai_assistance, origin_story_key from marts.fct_stories order by story_key"
        ).fetchall()
