"""A home that is new borrows what another one parsed; nothing that a home of its own needs is lost by it."""

from pathlib import Path

import pytest

from pipelines import parsed_models
from pipelines.settings import Settings

PARSED = "partial_parse.msgpack"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "installation" / "parsed"
    monkeypatch.setattr(parsed_models, "KEPT", folder)
    return folder


def home_that_parsed(folder: Path, what: bytes) -> Settings:
    settings = Settings(home=folder)
    settings.dbt_target.mkdir(parents=True)
    (settings.dbt_target / PARSED).write_bytes(what)
    return settings


def test_a_new_home_gets_what_another_one_parsed(tmp_path: Path) -> None:
    parsed_models.keep(home_that_parsed(tmp_path / "first", b"parsed"), "digest")
    second = Settings(home=tmp_path / "second")
    parsed_models.lend(second, "digest")
    assert (second.dbt_target / PARSED).read_bytes() == b"parsed"


def test_a_home_keeps_its_own(tmp_path: Path) -> None:
    parsed_models.keep(home_that_parsed(tmp_path / "first", b"parsed"), "digest")
    second = home_that_parsed(tmp_path / "second", b"own")
    parsed_models.lend(second, "digest")
    assert (second.dbt_target / PARSED).read_bytes() == b"own"


def test_what_was_parsed_of_other_models_is_neither_lent_nor_kept(tmp_path: Path, kept: Path) -> None:
    parsed_models.keep(home_that_parsed(tmp_path / "old", b"old"), "old digest")
    new = Settings(home=tmp_path / "new")
    parsed_models.lend(new, "new digest")
    assert not new.dbt_target.exists()
    parsed_models.keep(home_that_parsed(tmp_path / "newer", b"new"), "new digest")
    assert [file.name for file in kept.iterdir()] == ["new digest.msgpack"]


def test_an_installation_that_may_not_be_written_to_costs_time_alone(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_files: Path) -> None:
        raise PermissionError(kept)

    monkeypatch.setattr(parsed_models.os, "replace", refuse)
    parsed_models.keep(home_that_parsed(tmp_path / "first", b"parsed"), "digest")
    assert not list(kept.glob("*.msgpack"))
