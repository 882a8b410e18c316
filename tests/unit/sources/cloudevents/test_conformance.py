"""Our reading of CDEvents against the standard's own schemas, where they are at hand."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing

from pipelines.events.envelope import MappingError

from .conftest import events, line

Schema = dict[str, Any]
Path_ = tuple[str, ...]


@pytest.fixture(scope="session")
def schemas(vendor_api: Path) -> dict[str, Schema]:
    """Every event schema of the standard, by file name."""
    files = sorted((vendor_api / "cdevents-v0.5.1").glob("*.json"))
    assert len(files) > 30
    return {file.stem: json.loads(file.read_text()) for file in files}


@pytest.fixture(scope="session")
def registry(vendor_api: Path) -> "referencing.Registry[Any]":
    links = (json.loads(file.read_text()) for file in (vendor_api / "cdevents-v0.5.1" / "links").glob("*.json"))
    return referencing.Registry().with_resources(
        (schema["$id"], referencing.Resource.from_contents(schema)) for schema in links
    )


def least(schema: Schema) -> Any:
    """The smallest value that a schema accepts."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2026-02-05T10:00:00Z"
    if schema.get("type") == "object" or "properties" in schema:
        return {name: least(schema["properties"][name]) for name in schema.get("required", ())}
    if "oneOf" in schema or "anyOf" in schema:
        return least((schema.get("oneOf") or schema["anyOf"])[0])
    return [] if schema.get("type") == "array" else "https://acme.example/x"


def required(schema: Schema, at: Path_ = ()) -> Iterator[Path_]:
    """Where each field lies that a schema requires, as deep as they are required themselves."""
    for name in schema.get("required", ()):
        yield (*at, name)
        yield from required(schema["properties"][name], (*at, name))


def as_line(data: Any) -> dict[str, Any]:
    context = data.get("context", {})
    return line(context.get("type", "dev.cdevents.service.removed.0.3.0"), data)


def test_the_least_that_the_standard_accepts_is_accepted(
    schemas: dict[str, Schema], registry: "referencing.Registry[Any]"
) -> None:
    for name, schema in schemas.items():
        data = least(schema)
        jsonschema.Draft202012Validator(schema, registry=registry).validate(data)
        assert events(as_line(data)), name


def test_what_the_standard_requires_is_required(
    schemas: dict[str, Schema], registry: "referencing.Registry[Any]"
) -> None:
    for name, schema in schemas.items():
        validator = jsonschema.Draft202012Validator(schema, registry=registry)
        for path in required(schema):
            data = deepcopy(least(schema))
            holder = data
            for part in path[:-1]:
                holder = holder[part]
            del holder[path[-1]]
            assert not validator.is_valid(data), (name, path)
            with pytest.raises(MappingError):
                events(as_line(data))
