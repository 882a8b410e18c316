"""What the report's tests share: a published home of each kind, and a page run on it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from pipelines.settings import load_settings

sys.path.insert(0, str(Path(__file__).parent))

APP = Path(__file__).resolve().parents[2] / "app"
VIEWS = ("loop", "delivery", "story", "writebacks", "health")


class Shown:
    """A page after its run: all markup it wrote, the charts it drew, and whether anything went wrong."""

    def __init__(self, page: AppTest) -> None:
        self.page = page
        self.markup = "\n".join(element.proto.body for element in page.get("html"))
        self.charts = [element.proto.spec for element in page.get("vega_lite_chart")]

    @property
    def is_sound(self) -> bool:
        return len(self.page.exception) == 0 and len(self.page.error) == 0


@pytest.fixture
def published(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that the report reads; what one test cached, no other sees."""
    monkeypatch.setenv("STORYLINE_HOME", str(home))
    load_settings.cache_clear()
    st.cache_data.clear()
    yield home
    load_settings.cache_clear()


@pytest.fixture
def show(published: Path) -> Callable[..., Shown]:
    """Run one view of the real report, with a query in its address."""

    def run(view: str, **query: str) -> Shown:
        page = AppTest.from_file(str(APP / "main.py"), default_timeout=30)
        if view != "loop":
            page.run()
            page.switch_page(f"views/{view}.py")
        for name, value in query.items():
            page.query_params[name] = value
        return Shown(page.run())

    return run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    from browsing import chromium

    with chromium() as launched:
        yield launched
