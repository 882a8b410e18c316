"""The demo finds something to replay on any machine."""

import tomllib
from pathlib import Path

from pipelines.demo import demo_settings, recordings
from pipelines.settings import PROJECT_ROOT


def test_recorded_folders_of_a_source_are_all_replayed(tmp_path: Path) -> None:
    for name in ("github-ants", "github-bees", "jira-sample", "notes"):
        (tmp_path / name).mkdir()
    found = recordings(tmp_path)
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "github": ["github-ants", "github-bees"],
        "jira": ["jira-sample"],
    }


def test_without_recordings_the_sources_own_fixtures_are_replayed(tmp_path: Path) -> None:
    found = recordings(tmp_path / "absent")
    assert found["github"] == [PROJECT_ROOT / "pipelines" / "sources" / "github" / "fixtures"]
    assert found["jira"] == [PROJECT_ROOT / "pipelines" / "sources" / "jira" / "fixtures"]


def test_the_settings_are_toml_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" \\ ü'
    told = tomllib.loads(demo_settings(folder / "home", {"jira": [folder]}))
    assert told == {"home": str(folder / "home"), "recordings": {"jira": [str(folder)]}}
