"""The whole line over the sources' own fixtures: every model of the project, and nothing built yet."""

import pytest

from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from tests.assets.nights import FIXTURES, night


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home whose log holds what every source's fixtures tell."""
    settings = Settings(home=tmp_path_factory.mktemp("whole") / "home")
    recordings = {
        "cloudevents": FIXTURES / "cloudevents" / "fixtures" / "events.ndjson",
        "github": FIXTURES / "github" / "fixtures",
        "jira": FIXTURES / "jira" / "fixtures",
    }
    for source, recording in recordings.items():
        take_in(settings, Intake(source, recording, "replay", night(0)))
    return settings
