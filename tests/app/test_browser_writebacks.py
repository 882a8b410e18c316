"""The page of write-backs in a real browser: a click on Approve, and a hostile message that stays what it is."""

from collections.abc import Iterator
from pathlib import Path

import planting
import planting_messages as planted
import pytest
from browsing import opened, served
from playwright.sync_api import Browser, Page


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A full report above a real outbox."""
    planting.full(tmp_path / "home")
    planted.outbox_in(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """Where its report is served, with leave to decide."""
    config = home.parent / "storyline.toml"
    config.write_text('[writeback]\nmode = "approve"\napprove_in_report = true\n')
    with served(home, STORYLINE_CONFIG=str(config)) as address:
        yield address


def the_page(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """Go to the page as a reader does, by the navigation."""
    page, wrong = opened(browser, address, 1440, 900)
    page.get_by_role("link", name="Write-backs").click()
    page.wait_for_selector(".story-line .lead:has-text('for a person')", timeout=30_000)
    page.wait_for_selector("h2:has-text('Sent (')", timeout=30_000)
    return page, wrong


def test_a_click_on_approve_is_an_approved_message_in_the_warehouse(address: str, browser: Browser, home: Path) -> None:
    page, wrong = the_page(browser, address)
    assert "4 messages wait for a person" in page.locator(".lead").inner_text().replace("\u00a0", " ")
    block = page.locator("[data-testid=stMainBlockContainer]")
    first = block.locator(".message a").nth(1).inner_text()
    block.get_by_role("button", name="Approve").first.click()
    page.wait_for_selector("[role=status]:has-text('is approved')", timeout=30_000)
    said = page.locator("[role=status]:has-text('is approved')").inner_text()
    assert said.startswith(f"{first}: message ")
    page.wait_for_selector(".lead:has-text('2 are approved')", timeout=30_000)
    assert planted.state_of(home, first) == ("approved", "a person approved it in the report")
    assert wrong == []
    # Whoever loads the page sees it, and no answer to a click that was not his.
    page.reload()
    page.wait_for_selector(".lead:has-text('2 are approved')", timeout=30_000)
    page.wait_for_selector("h2:has-text('Sent (')", timeout=30_000)
    # The frame has a status of its own while a page is drawn.
    assert page.locator(".notice[role=status]").count() == 0


def test_a_hostile_message_runs_nothing_loads_nothing_and_links_nowhere(address: str, browser: Browser) -> None:
    page, _ = the_page(browser, address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.reload()
    page.wait_for_selector("text=@everyone <!channel>", timeout=30_000)
    assert [url for url in asked if "evil" in url] == []
    assert page.locator("[data-testid=stMainBlockContainer] :is(img, script, b)").count() == 0
    links = page.locator("[data-testid=stMainBlockContainer] a").evaluate_all("all => all.map(one => one.href)")
    assert [link for link in links if not link.startswith(f"{address}/story?story=")] == []
    assert "**bold** `code`" in page.locator(".text:has-text('@everyone')").inner_text()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_has_to_be_scrolled_sideways(width: int, address: str, browser: Browser) -> None:
    page, _ = opened(browser, f"{address}/writebacks", width, 900)
    page.wait_for_selector("h2:has-text('Sent (')", timeout=30_000)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
