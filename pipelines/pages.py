"""Opens the two web pages, each a program of its own on the loopback address, until a person ends it."""

import signal
import subprocess
import sys

from pipelines.settings import PROJECT_ROOT, Settings, exported

_HOST = "127.0.0.1"


def serve_report(settings: Settings, *, port: int) -> int:
    """Serve the report until it is ended; return its exit code."""
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", f"--server.port={port}"]
    # Streamlit reads its theme and its address from the folder that it is started in.
    return _serve(settings, [*command, f"--server.address={_HOST}"])


def serve_dagster(settings: Settings, *, port: int) -> int:
    """Serve Dagster's page, with its schedule running, until it is ended; return its exit code."""
    from pipelines.assets.nightly import prepare_home

    prepare_home(settings)
    command = [sys.executable, "-m", "dagster", "dev", "--workspace", str(PROJECT_ROOT / "workspace.yaml")]
    return _serve(settings, [*command, "--host", _HOST, "--port", str(port)])


def _serve(settings: Settings, command: list[str]) -> int:
    with exported(STORYLINE_HOME=str(settings.home), DAGSTER_HOME=str(settings.dagster_home)):
        page = subprocess.Popen(command, cwd=PROJECT_ROOT)  # noqa: S603 - our own interpreter and constants
    # A service manager ends us alone: the page must not stay up without us.
    signal.signal(signal.SIGTERM, lambda *_: page.terminate())
    try:
        code = page.wait()
    except KeyboardInterrupt:
        page.wait()
        return 0
    return 0 if code == -signal.SIGTERM else code
