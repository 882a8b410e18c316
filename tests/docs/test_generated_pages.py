"""The generated pages say what the code says."""

from pathlib import Path

import pytest

from pipelines import docs
from pipelines.cli import storyline
from pipelines.events.catalog import EVENT_TYPES
from pipelines.settings import PROJECT_ROOT
from pipelines.sources.registry import sources

PAGES = docs.pages()
DBT_MODELS = PROJECT_ROOT / "dbt" / "models" / "marts"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_generated_page_is_current(path: Path) -> None:
    assert path.exists(), f"{path.name} is missing: run `make docs`"
    assert path.read_text() == PAGES[path], f"{path.name} is old: run `make docs`"


def test_every_event_type_is_told() -> None:
    page = docs.events_page()
    assert [name for name in EVENT_TYPES if f"### `{name}`" not in page] == []


def test_every_source_is_told() -> None:
    page = docs.sources_page()
    assert [name for name in sources() if f"[{name}]" not in page] == []


def test_every_command_is_told() -> None:
    page = docs.commands_page()
    assert [name for name in storyline.commands if f"## `storyline {name}`" not in page] == []


def test_every_mart_is_told_and_each_of_its_columns_has_a_meaning() -> None:
    told = {model["name"]: model for model in docs.mart_models() if "columns" in model}
    assert sorted(path.stem for path in DBT_MODELS.rglob("*.sql")) == sorted(told)
    empty = [
        f"{name}.{column['name']}"
        for name, model in told.items()
        for column in model["columns"]
        if not column.get("description")
    ]
    assert empty == []
