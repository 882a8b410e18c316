"""One planted company, built once: many cases ask the same marts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.flow_settings import Flow, FlowStatuses
from pipelines.settings import Flags, Settings
from pipelines.support_settings import Support, TopicRule
from pipelines.transform import transform
from tests.conftest import made_once
from tests.dbt.company import AS_OF, records, second_site
from tests.dbt.planting import plant
from tests.dbt.planting_dora import MONOREPOS
from tests.dbt.planting_stages import CALENDARS, STATUSES, TEAMS
from warehouse.connection import reader

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def stories_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a home whose marts tell the planted company. Read only: all modules share it."""
    return _settings(made_once(tmp_path_factory, "planted", lambda folder: _build(_settings(folder / "home"))) / "home")


def _settings(home: Path) -> Settings:
    return Settings(
        home=home,
        status_categories={"SP": {"Waiting": "to_do"}},
        teams=TEAMS,
        calendars=CALENDARS,
        milestone_statuses=STATUSES,
        flow=Flow(projects={"CX": FlowStatuses(active_statuses=("in progress",), wait_statuses=("Code Review",))}),
        monorepos=MONOREPOS,
        flags=Flags(stories={"by-settings": "FL-3", "web/toggle": "FL-6"}),
        support=Support(topics=(TopicRule(topic="exports", patterns=("export",), stories=("LK-1", "LK-99")),)),
    )


def _build(settings: Settings) -> None:
    plant(settings, records(), as_of=AS_OF)
    plant(settings, second_site(), as_of=AS_OF, source="second")
    outcome = transform(settings)
    assert outcome.ok, outcome.error


@pytest.fixture(scope="session")
def ask(stories_home: Settings) -> Iterator[Ask]:
    """Ask the marts: SQL and its parameters in, rows out."""
    with reader(stories_home.database) as connection:
        yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()
