"""Writes the generated pages of docs/ from the code, so that they cannot say something else."""

import sys
import types
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
from pydantic import BaseModel

from pipelines.cli import storyline
from pipelines.docs_columns import marts
from pipelines.docs_marts import marts_page
from pipelines.docs_questions import questions_page
from pipelines.docs_site import build_site
from pipelines.docs_words import NOTE, cell
from pipelines.events.catalog import EVENT_TYPES, EventType
from pipelines.events.catalog.base import Moment
from pipelines.settings import PROJECT_ROOT
from pipelines.sources.registry import sources

DOCS = PROJECT_ROOT / "docs"
_PLAIN = {str: "text", int: "integer", float: "number", bool: "true or false", datetime: "time", type(None): "null"}


def shape(annotation: Any) -> str:
    """Name a payload field's type in words, as `text or null`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation == Moment:
        return "time"
    if origin is Annotated:
        return shape(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(shape(argument) for argument in arguments)
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    if origin in (list, tuple):
        return f"list of {shape(arguments[0])}"
    if hasattr(annotation, "model_fields"):
        return "{" + ", ".join(f"{name}: {type_}" for name, type_ in fields(annotation)) + "}"
    return _PLAIN.get(annotation, "object")


def fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Each field of a payload model and its type in words."""
    yield from (
        (name, shape(hint))
        for name, hint in get_type_hints(model, include_extras=True).items()
        if name in model.model_fields
    )


def _family(name: str) -> Iterator[str]:
    module = import_module(f"pipelines.events.catalog.{name}")
    declared: tuple[EventType, ...] = module.EVENTS
    yield f"\n## {name}\n\n{(module.__doc__ or '').strip()}\n"
    for event_type in declared:
        yield f"\n### `{event_type.name}`\n\n{event_type.meaning}"
        said = f"CDEvents `{event_type.cdevents}`. " if event_type.cdevents else ""
        yield f"{said}Schema version {event_type.schema_version}.\n\n| field | type |\n|---|---|"
        for field, type_ in fields(event_type.payload):
            yield f"| `{field}` | {cell(type_)} |"


def events_page() -> str:
    """Every event type of the catalog, by family."""
    families = sorted({event_type.payload.__module__.rsplit(".", 1)[1] for event_type in EVENT_TYPES.values()})
    lines = [
        f"# Events\n\n{NOTE}\n",
        f"The log knows {len(EVENT_TYPES)} types of event, in {len(families)} families. Each is a fact that has",
        "happened; a type that is not here cannot enter the log. What every event carries besides its payload is told",
        "in [architecture.md](architecture.md#an-event).",
    ]
    for family in families:
        lines += _family(family)
    return "\n".join(lines) + "\n"


def sources_page() -> str:
    """Every registered source: its streams and the events it tells."""
    lines = [
        f"# Sources\n\n{NOTE}\n",
        "An *entity* stream tells a thing's whole history anew, so its newest record supersedes the older ones.",
        "A record of an *observation* stream stays for ever.\n",
        "How to add a source: [add-a-source.md](add-a-source.md).\n",
        "| source | streams | tells | mapper version |\n|---|---|---|---|",
    ]
    for source in sources().values():
        streams = ", ".join(f"`{stream.name}` ({stream.kind})" for stream in source.streams)
        families = ", ".join(sorted({event_type.split(".")[0] for event_type in source.emits}))
        lines.append(
            f"| [{source.name}](../pipelines/sources/{source.name}/README.md) | {streams} | {families} "
            f"| {source.mapper_version} |"
        )
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with the help that it prints."""
    lines = [
        f"# Commands\n\n{NOTE}\n",
        "What `storyline COMMAND --help` prints. What `make` can do: `make help`.",
    ]
    root = click.Context(storyline, info_name="storyline", terminal_width=100, **storyline.context_settings)
    parts = [click.Context(command, root, name) for name, command in sorted(storyline.commands.items())]
    for context in [root, *parts]:
        lines.append(f"\n## `{context.command_path}`\n\n```text\n{context.get_help().rstrip()}\n```")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {
        DOCS / "events.md": events_page(),
        DOCS / "sources.md": sources_page(),
        DOCS / "commands.md": commands_page(),
        DOCS / "marts.md": marts_page(),
        DOCS / "questions.md": questions_page(mart.name for mart in marts()),
    }


def main() -> None:
    """Write every generated page and name those that changed; build dbt's page and say where it is."""
    for path, text in pages().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"wrote {path.relative_to(PROJECT_ROOT)}\n")
    sys.stdout.write(f"The models and their lineage: open {build_site().relative_to(PROJECT_ROOT)} in a browser.\n")


if __name__ == "__main__":
    main()
