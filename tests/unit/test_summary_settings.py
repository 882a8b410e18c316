"""A language or a time zone that there is not is refused when the settings are read, and not at night."""

from pathlib import Path
from typing import get_args

import pytest

from pipelines.settings import SettingsError, load_settings
from pipelines.summaries.language import language, locales
from pipelines.summary_settings import Summaries


def refused(tmp_path: Path, line: str) -> str:
    file = tmp_path / "storyline.toml"
    file.write_text(f"[summaries]\n{line}\n")
    with pytest.raises(SettingsError) as told:
        load_settings(file)
    return str(told.value)


def test_a_language_without_phrases_is_refused_by_the_names_of_those_that_have_some(tmp_path: Path) -> None:
    assert "summaries.locale: Input should be 'en' or 'de'" in refused(tmp_path, 'locale = "fr"')
    with pytest.raises(ValueError, match=r"no phrases for locale 'fr'; .* may be de, en"):
        language("fr")


def test_the_settings_allow_the_languages_that_there_are_phrases_for() -> None:
    assert sorted(get_args(Summaries.model_fields["locale"].annotation)) == locales()


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../../etc/passwd", "UTC+1"])
def test_a_time_zone_that_is_none_is_refused(tmp_path: Path, zone: str) -> None:
    assert "summaries.time_zone" in refused(tmp_path, f'time_zone = "{zone}"')


@pytest.mark.parametrize(
    "line",
    ['provider = "other"', "monthly_budget_usd = -1", "timeout_seconds = 0", "monthly_budget_usd = nan",
     'claude = {url = "file:///etc/passwd"}', 'claude = {url = "https://x.example?a=b"}', "gpt = {input_usd = -1}",
     'gpt = {model = ""}', 'api_key = "sk-1"'],
)  # fmt: skip
def test_what_could_only_do_harm_is_refused(tmp_path: Path, line: str) -> None:
    assert "summaries" in refused(tmp_path, line)
