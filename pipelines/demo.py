"""Writes the settings of the demo: which recorded responses its nightly run replays, and where its state lies."""

import json
import sys
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


def main(file: Path) -> None:
    """Write the demo's settings to `file`, its state to lie beside it, and say what will be replayed."""
    found = recordings(load_settings().recorded)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(demo_settings(file.parent / "home", found))
    for name, folders in found.items():
        click.echo(f"Recorded {name} responses: {', '.join(str(folder) for folder in folders)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
