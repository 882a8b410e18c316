"""Every setting stands in storyline.example.toml, and every variable in .env.example, as the code knows them."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from pipelines.connections import collectable, secrets_of, variable
from pipelines.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "storyline.example.toml"
# An example is a comment that would be TOML without its `# `.
COMMENTED = re.compile(r'(?m)^# (?=\[{1,2}[\w.]+\]{1,2}$|"?[\w/ -]+"? = )')


@pytest.fixture(autouse=True)
def nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a `.env` nor a variable of the tester's may colour what the examples say."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STORYLINE_{name.upper()}", raising=False)


def keys(model: type[BaseModel]) -> list[str]:
    """The dotted keys of a settings model, its sections opened."""
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel)
        found += [f"{name}.{inner}" for inner in keys(kind)] if nested else [name]
    return found


@pytest.mark.parametrize("key", keys(Settings))
def test_the_example_tells_every_setting(key: str) -> None:
    section, _, name = key.rpartition(".")
    text = EXAMPLE.read_text()
    if section:
        text = text.split(f"\n[{section}]\n")[1].split("\n[")[0]
    assert re.search(rf"\b{name}\b", text), f"{key} is not in {EXAMPLE.name}"


@pytest.mark.parametrize("name", collectable())
def test_the_examples_tell_all_that_can_be_said_of_a_source(name: str) -> None:
    model = collectable()[name].connection
    told = re.split(r"\n(?:# )?\[", EXAMPLE.read_text().split(f"\n# [sources.{name}]\n")[1])[0]
    public = set(model.model_fields) - set(secrets_of(model))
    assert set(re.findall(r"(?m)^# (\w+) = ", told)) == public
    secrets = (ROOT / ".env.example").read_text()
    assert [field for field in secrets_of(model) if variable(name, field) not in secrets] == []


def test_the_example_copied_as_it_is_changes_nothing() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_the_commented_examples_are_settings_too(tmp_path: Path) -> None:
    file = tmp_path / "storyline.toml"
    file.write_text(COMMENTED.sub("", EXAMPLE.read_text()))
    settings = load_settings(file)
    assert settings.home == tmp_path / "warehouse" / "data"
    assert settings.teams["checkout"].projects == ("SHOP",)
    assert settings.services == {"acme/shop-frontend": "shop"}
    assert set(settings.recordings) == {"github", "jira"}
    assert settings.status_categories == {"SHOP": {"In Review": "in_progress"}}


def test_the_environment_example_names_every_variable_that_the_project_reads() -> None:
    text = (ROOT / ".env.example").read_text()
    code = "".join(
        path.read_text()
        for folder in ("pipelines", "warehouse", "app", "tests/conftest.py")
        for path in [*(ROOT / folder).rglob("*.py"), ROOT / folder]
        if path.is_file()
    )
    read = set(re.findall(r'"(STORYLINE_[A-Z_]+)"', code)) - {"STORYLINE_", "STORYLINE_DATABASE"}
    plain = (Path, SecretStr)
    flat = {f"STORYLINE_{name.upper()}" for name, field in Settings.model_fields.items() if field.annotation in plain}
    assert sorted(name for name in read | flat if name not in text) == []


def test_the_environment_example_copied_as_it_is_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert load_settings(tmp_path / "no.toml") == Settings()
