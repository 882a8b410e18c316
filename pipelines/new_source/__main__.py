"""Writes the folder of another source from the template beside this file."""

import re
import sys
from pathlib import Path

import click

from pipelines.settings import PROJECT_ROOT

TEMPLATE = Path(__file__).with_name("template")
SOURCES = PROJECT_ROOT / "pipelines" / "sources"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class BadNameError(ValueError):
    """The name cannot be that of a source. The message says why."""


def folder_of(name: str) -> Path:
    """Return the folder that a source of this name would have.

    Raises:
        BadNameError: the name is not one, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise BadNameError(f"{name!r} cannot name a source; take small letters, digits and _, as `my_tracker`")
    folder = SOURCES / name
    if folder.exists() or (SOURCES / f"{name}.py").exists():
        raise BadNameError(f"pipelines/sources/{name} is there already; take another name")
    return folder


def write(name: str, folder: Path) -> list[Path]:
    """Write the template's files into a folder, under the source's name; return them."""
    words = {"NAME": name, "CLASS": "".join(part.capitalize() for part in name.split("_"))}
    written = []
    for file in sorted(path for path in TEMPLATE.rglob("*.txt") if path.is_file()):
        text = re.sub(r"\{\{(\w+)\}\}", lambda found: words[str(found[1])], file.read_text(encoding="utf-8"))
        target = folder / file.relative_to(TEMPLATE).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written


@click.command()
@click.argument("name")
def new_source(name: str) -> None:
    """Begin a source called NAME: its folder, with all but its mapping."""
    try:
        folder = folder_of(name)
    except BadNameError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    for path in write(name, folder):
        click.echo(f"wrote {path.relative_to(PROJECT_ROOT)}")
    click.echo(
        f"Now say in mapping.py what a record means, put a recording into fixtures/, and write the golden events:\n"
        f"    .venv/bin/python tests/contracts/test_source.py {name}\n"
        f"    .venv/bin/pytest tests/contracts -k {name}\n"
        f"docs/add-a-source.md tells the rest."
    )


if __name__ == "__main__":
    new_source()
