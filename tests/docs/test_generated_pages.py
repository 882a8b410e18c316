"""The generated pages say what the code says."""

import re
from pathlib import Path

import pytest

from pipelines import docs
from pipelines.cli import storyline
from pipelines.docs_columns import marts
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


def test_every_mart_is_told_with_each_of_its_columns() -> None:
    page = docs.pages()[docs.DOCS / "marts.md"]
    assert sorted(path.stem for path in DBT_MODELS.rglob("*.sql")) == sorted(mart.name for mart in marts())
    parts = dict(re.findall(r"(?ms)^### `(\w+)`\n(.*?)(?=^##|\Z)", page))
    lost = [
        f"{mart.name}.{column.name}"
        for mart in marts()
        for column in mart.columns
        if not re.search(rf"(?m)^\| (\*\*)?`{column.name}`", parts[mart.name])
    ]
    assert lost == []


def test_each_relation_that_is_told_leads_to_a_column_that_is_there() -> None:
    known = {mart.name: {column.name for column in mart.columns} for mart in marts()}
    relations = [(mart.name, column, *to) for mart in marts() for column, to in mart.leads_to.items()]
    assert len(relations) > 10
    assert [one for one in relations if one[1] not in known[one[0]] or one[3] not in known.get(one[2], set())] == []
