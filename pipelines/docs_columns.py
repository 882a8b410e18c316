"""The marts as their ymls declare them. What a column holds is read by the very macro that its test reads."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from jinja2 import Environment

from pipelines.settings import PROJECT_ROOT

MARTS = PROJECT_ROOT / "dbt" / "models" / "marts"
_MACRO = PROJECT_ROOT / "dbt" / "macros" / "column_holds.sql"
_SHORT = {"timestamp with time zone": "timestamptz"}
_UNITS = {
    "seconds": "seconds",
    "share": "0 to 1",
    "percent": "0 to 100",
    "time": "UTC",
    "date": "day, UTC",
    "count": "count",
    "ordinal": "1, 2, …",
}
_FURTHER = {"may_be_negative": "may be negative", "may_lie_ahead": "may lie ahead"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a mart as its yml declares it.

    Attributes:
        holds: the words of the macro `column_holds`; empty where nothing tells what it holds.
        one_of: the values that it may have; empty where it may have any.
        tests: names of the test nodes that it has of its own.
    """

    name: str
    data_type: str
    description: str
    holds: tuple[str, ...]
    one_of: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def is_required(self) -> bool:
        """Whether it is never null."""
        return self.holds[:1] == ("required",)

    @property
    def kind(self) -> str:
        """What it holds, in one word."""
        return self.holds[1] if self.holds else ""

    @property
    def rule(self) -> str:
        """What is tested of it, for a person."""
        said = ["not null" if self.is_required else "may be null", *(_FURTHER[word] for word in self.holds[2:])]
        if self.one_of:
            said.append("one of " + ", ".join(f"`{value}`" for value in self.one_of))
        return ", ".join(said)

    @property
    def unit(self) -> str:
        """What it is counted in; empty where it counts nothing."""
        return _UNITS.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Mart:
    """A public table.

    Attributes:
        theme: the folder that it lies in.
        key: the columns of its primary key, as the tests of uniqueness have it.
        leads_to: where its columns lead: column to (mart, column), each of them tested.
        questions: what it answers.
        metrics: headings of docs/metrics.md that define its figures.
        tests: names of the tests that the table has as a whole.
    """

    name: str
    theme: str
    description: str
    grain: str
    key: tuple[str, ...]
    leads_to: dict[str, tuple[str, str]]
    questions: tuple[str, ...]
    metrics: tuple[str, ...]
    tests: tuple[str, ...]
    columns: tuple[Column, ...]


@cache
def _module() -> Any:
    return Environment(autoescape=False).from_string(_MACRO.read_text()).module  # noqa: S701 - it renders words


def column_of(declared: dict[str, Any]) -> Column:
    """Read a column as a yml declares it."""
    meta = declared.get("config", {}).get("meta", {})
    name, data_type = declared["name"], declared.get("data_type", "")
    words = _module().column_holds(name, data_type, meta, declared.get("constraints", [])).split()
    return Column(
        name=name,
        data_type=_SHORT.get(data_type, data_type),
        description=declared.get("description", ""),
        holds=tuple(words),
        one_of=tuple(meta.get("one_of", ())),
        tests=tuple(_name(test) for test in declared.get("data_tests", ())),
    )


def mart_of(declared: dict[str, Any], theme: str) -> Mart:
    """Read a mart as its yml declares it."""
    tests = {_name(test): _arguments(test) for test in declared.get("data_tests", ())}
    columns = tuple(column_of(column) for column in declared["columns"])
    meta = declared.get("config", {}).get("meta", {})
    leads = tests.get("keys_lead_somewhere", {}).get("keys", {})
    return Mart(
        name=declared["name"],
        theme=theme,
        description=declared.get("description", ""),
        grain=meta.get("grain", ""),
        key=tuple(tests.get("columns_hold", {}).get("key", ())),
        leads_to={column: (_referred(to[0]), to[1]) for column, to in leads.items()},
        questions=tuple(meta.get("questions", ())),
        metrics=tuple(meta.get("metrics", ())),
        tests=tuple(tests),
        columns=columns,
    )


@cache
def marts() -> tuple[Mart, ...]:
    """Every mart of the project, by theme and name."""
    found = [
        mart_of(declared, path.parent.relative_to(MARTS).as_posix())
        for path in sorted(MARTS.rglob("*.yml"))
        for declared in (yaml.load(path.read_text(), yaml.CSafeLoader) or {}).get("models", [])
        if "columns" in declared
    ]
    return tuple(sorted(found, key=lambda mart: (mart.theme, mart.name)))


def yml_of(mart: str) -> Path:
    """The file that declares a mart."""
    return next(MARTS.rglob(f"{mart}.yml"))


def _name(test: str | dict[str, Any]) -> str:
    return test if isinstance(test, str) else next(iter(test))


def _arguments(test: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(test, str):
        return {}
    arguments: dict[str, Any] = next(iter(test.values())).get("arguments", {})
    return arguments


def _referred(ref: str) -> str:
    return ref.removeprefix("ref('").removesuffix("')")
