"""Settings are refused where they could only do harm, and the key of the pseudonyms is never told."""

import traceback
from pathlib import Path

import pytest

from pipelines.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STORYLINE_PERSON_KEY", raising=False)


@pytest.mark.parametrize("key", ["", "   ", "hunter2", "hunter2" + 20 * " "])
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_key_that_anyone_could_guess_is_refused_and_not_told(
    key: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `STORYLINE_PERSON_KEY=` stood in .env, so everyone was hashed with an empty key, and doctor called it "own".
    if place == ".env":
        (tmp_path / ".env").write_text(f'STORYLINE_PERSON_KEY="{key}"\n')
    else:
        monkeypatch.setenv("STORYLINE_PERSON_KEY", key)
    with pytest.raises(SettingsError, match="STORYLINE_PERSON_KEY is empty or shorter than 16") as refused:
        load_settings(tmp_path / "no.toml")
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_without_a_key_the_public_default_stands_and_a_long_one_is_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not load_settings(tmp_path / "no.toml").has_own_person_key
    monkeypatch.setenv("STORYLINE_PERSON_KEY", "k7Vq0mXw2sTz9bRd")
    settings = Settings()
    assert settings.has_own_person_key
    assert "k7Vq0mXw2sTz9bRd" not in repr(settings)


def test_a_status_that_is_declared_as_work_and_as_waiting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "storyline.toml"
    file.write_text('[flow.projects.SHOP]\nactive_statuses = ["Doing"]\nwait_statuses = ["Ready", "doing"]\n')
    with pytest.raises(SettingsError, match=r"flow\.projects\.SHOP: .*declared once.*doing"):
        load_settings(file)


@pytest.mark.parametrize(("pattern", "says"), [("(spec", "no regular expression"), ("", "found in every title")])
def test_a_pattern_by_which_nothing_or_everything_is_a_specification_is_refused(
    pattern: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "storyline.toml"
    file.write_text(f"[stories]\nspec_link_pattern = '{pattern}'\n")
    with pytest.raises(SettingsError, match=says):
        load_settings(file)
