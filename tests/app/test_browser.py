"""The report in a real browser: served by `streamlit run` on loopback, read by Chromium."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import planting
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a report on a full warehouse is served."""
    folder = tmp_path_factory.mktemp("report")
    planting.full(folder / "home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    with pytest.MonkeyPatch.context() as patch, (folder / "streamlit.log").open("w") as log:
        patch.setenv("STORYLINE_HOME", str(folder / "home"))
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait(url: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"{url} did not answer within 30 s")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, else any other, else Playwright's own; the test says so where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
    executable = found or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        if not executable and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine: apt-get install chromium")
        launched = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield launched
        launched.close()


def opened(browser: Browser, url: str, width: int, height: int) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": height})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    page.wait_for_selector(".story-line .lead", timeout=30_000)
    page.wait_for_selector("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)", timeout=30_000)
    return page, wrong


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
