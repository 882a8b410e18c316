"""The report in a real browser: served by `streamlit run` on loopback, read by Chromium."""

from collections.abc import Iterator
from pathlib import Path

import planting
import pytest
from browsing import opened, served
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a report on a full warehouse is served."""
    home = tmp_path_factory.mktemp("report") / "home"
    planting.full(home)
    with served(home) as address:
        yield address


def test_the_first_screen_carries_the_answer(address: str, browser: Browser, tmp_path: Path) -> None:
    page, wrong = opened(browser, address, 1440, 900)
    lead = page.locator(".story-line .lead")
    assert "The last ten finished stories took a median" in lead.inner_text()
    drawn = page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)").first.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 1000
    assert drawn["y"] + drawn["height"] <= 900
    assert page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0
    assert wrong == []
    page.screenshot(path=str(tmp_path / "report.png"))
    assert (tmp_path / "report.png").stat().st_size > 20_000


def test_a_phone_shows_it_without_scrolling_sideways(address: str, browser: Browser) -> None:
    page, wrong = opened(browser, address, 390, 844)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    assert wrong == []


def test_a_key_leads_from_the_table_to_the_story(address: str, browser: Browser) -> None:
    page, _ = opened(browser, address, 1440, 900)
    page.locator(".story-line td a", has_text="SHOP-305").click()
    page.wait_for_url("**/story?story=SHOP-305", timeout=30_000)
    page.wait_for_selector(".story-line .lead:has-text('Warn before a coupon expires')", timeout=30_000)
