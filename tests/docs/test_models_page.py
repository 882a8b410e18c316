"""The page of the models is built on a fresh machine, offline, and shows every mart with the types of its columns."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from pipelines.docs_columns import marts
from pipelines.docs_site import build_site
from pipelines.settings import PROJECT_ROOT

# As DuckDB calls them.
_TYPES = {"timestamptz": "TIMESTAMP WITH TIME ZONE"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page, built while no address can be reached."""

    def refuse(self: socket.socket, address: Any) -> None:
        raise AssertionError(f"{address} was asked, so the page is not built offline")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        built = build_site(tmp_path_factory.mktemp("site") / "index.html")
    assert isinstance(built, Path)
    return built.read_text()


def _data(page: str, label: str) -> dict[str, Any]:
    begins = re.search(rf"""[{{,]{label}:(?={{\s*"metadata")""", page)
    assert begins, f"the page holds no {label}"
    data: dict[str, Any] = json.JSONDecoder().raw_decode(page, begins.end())[0]
    return data


@pytest.mark.heavy
def test_the_page_shows_every_mart_with_its_columns_as_they_are_in_the_database(page: str) -> None:
    shown = {
        node["metadata"]["name"]: {name: column["type"] for name, column in node["columns"].items()}
        for node in _data(page, "catalog")["nodes"].values()
    }
    for mart in marts():
        promised = {column.name: _TYPES.get(column.data_type, column.data_type.upper()) for column in mart.columns}
        assert shown[mart.name] == promised


@pytest.mark.heavy
def test_the_page_loads_nothing_and_tells_nobody(page: str) -> None:
    assert re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=.?https?://", page) == []
    assert _data(page, "manifest")["metadata"]["send_anonymous_usage_stats"] is False


@pytest.mark.heavy
def test_the_page_names_no_folder_of_the_machine_that_built_it(page: str) -> None:
    assert str(PROJECT_ROOT) not in page
