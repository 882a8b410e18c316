"""The report served by `streamlit run` on loopback, and Chromium that reads it."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip


@contextmanager
def served(home: Path, **variables: str) -> Iterator[str]:
    """Serve the report of a home, with these variables in its environment, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    with pytest.MonkeyPatch.context() as patch, (home.parent / "streamlit.log").open("w") as log:
        for name, value in {"STORYLINE_HOME": str(home), **variables}.items():
            patch.setenv(name, value)
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


@contextmanager
def chromium() -> Iterator[Browser]:
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
    """Open a view and wait for its sentence and its picture; return the page and what its console calls an error."""
    page = browser.new_page(viewport={"width": width, "height": height})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    page.wait_for_selector(".story-line .lead", timeout=30_000)
    page.wait_for_selector("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)", timeout=30_000)
    return page, wrong
