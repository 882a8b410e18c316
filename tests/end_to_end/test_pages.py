"""A page is a service: it answers while its command runs, and ends with it."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, command_line, environment

PATIENCE_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _becomes(port: int, expected: bool) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while _answers(port) is not expected:
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_report_ends_with_its_command(home: Path, ending: signal.Signals) -> None:
    port = _free_port()
    process = subprocess.Popen(
        command_line("app", "--port", str(port)),
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _becomes(port, True)
        # Ctrl-C reaches every program of the terminal; a service manager ends the one that it started.
        if ending == signal.SIGINT:
            os.killpg(process.pid, ending)
        else:
            process.send_signal(ending)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        assert _becomes(port, False)
    finally:
        process.kill()
