"""The demo: the settings of its nightly run, which replays recorded responses, and its two pages."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from pipelines.settings import PROJECT_ROOT, load_settings
from pipelines.sources.registry import sources

_HEADER = "# Written by `make demo`; it writes this file anew each time.\n"


def recordings(recorded: Path) -> dict[str, list[Path]]:
    """Find the demo's recordings by source: the recorded folders `<source>-*`, or else each source's own fixtures.

    Args:
        recorded: a folder of recordings; it may be absent.
    """
    found = {name: sorted(path for path in recorded.glob(f"{name}-*") if path.is_dir()) for name in sources()}
    found = {name: folders for name, folders in found.items() if folders}
    if found:
        return found
    fixtures = {name: PROJECT_ROOT / "pipelines" / "sources" / name / "fixtures" for name in sources()}
    return {name: [folder] for name, folder in fixtures.items() if folder.is_dir()}


def demo_settings(home: Path, found: dict[str, list[Path]]) -> str:
    """Return the text of the demo's `storyline.toml`."""
    # A JSON string is a TOML string too, escapes included.
    folders = {name: json.dumps([str(folder.resolve()) for folder in paths]) for name, paths in found.items()}
    lines = [f"home = {json.dumps(str(home.resolve()))}", "", "[recordings]"]
    return _HEADER + "\n".join([*lines, *(f"{name} = {paths}" for name, paths in folders.items())]) + "\n"


@click.group()
def demo() -> None:
    """What `make demo` and `make demo-serve` run."""


@demo.command()
@click.argument("file", type=click.Path(path_type=Path))
def settings(file: Path) -> None:
    """Write the demo's settings to FILE, its state to lie beside it, and say what will be replayed."""
    found = recordings(load_settings().recorded)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(demo_settings(file.parent / "home", found))
    for name, folders in found.items():
        click.echo(f"Recorded {name} responses: {', '.join(str(folder) for folder in folders)}")


@demo.command()
def serve() -> None:
    """Keep the report and Dagster's page up until Ctrl-C, or until one of them ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    click.echo("Report: http://127.0.0.1:8501   Dagster: http://127.0.0.1:3000   Ctrl-C ends both.")
    # Each page starts programs of its own; a session apart lets all of them be ended together.
    pages = [
        subprocess.Popen([sys.executable, "-m", "pipelines.cli", page], start_new_session=True)  # noqa: S603 - our own command
        for page in ("app", "dagster")
    ]
    with contextlib.suppress(KeyboardInterrupt):
        while all(page.poll() is None for page in pages):
            time.sleep(0.5)
    for page in pages:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(page.pid, signal.SIGINT)
    sys.exit(max(abs(page.wait()) for page in pages))


if __name__ == "__main__":
    demo()
