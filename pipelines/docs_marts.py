"""The data dictionary: every mart with its grain, key, relations and columns, and what is tested of each."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import yaml  # type: ignore[import-untyped]

from pipelines.docs_columns import MARTS, Column, Mart, marts
from pipelines.docs_questions import answerable
from pipelines.docs_words import NOTE, anchor, cell
from pipelines.settings import PROJECT_ROOT

_METRICS = PROJECT_ROOT / "docs" / "metrics.md"
_KINDS = """
| rule | what holds in each row |
|---|---|
| not null | always has a value; where nothing is said of it, it may be null, and null means *not known* or *not yet* |
| key | names something; never blank |
| text | for a person to read; blank ones are told and stop no night, as is all that vendors write as they like |
| url | an address of the web (told, stops no night) |
| time, date | UTC; after 1990 and at most a day after `as_of` (told, stops no night) |
| seconds | finite, exact, and not below 0 unless the table says *may be negative* |
| share | between 0 and 1 |
| percent | between 0 and 100 |
| count | not below 0 |
| ordinal | 1 or more |
| number | finite |
| flag | true or false; not null unless the table says so |
| list | no null in it, nothing twice; empty rather than null |
| one of | no other value |
"""


def marts_page() -> str:
    """Every public table: the index, what leads where, what is tested, and each by itself."""
    known = marts()
    lines = [
        f"# Marts\n\n{NOTE}\n",
        "The public tables: schema `marts` of the serving file. Columns may be added, never renamed. Times are UTC,",
        "durations `_seconds` (exact), rates 0 to 1, keys text. What a metric means and does not say:",
        "[metrics.md](metrics.md). Queries to begin with: [questions.md](questions.md).\n",
        "| mart | one row is | primary key |\n|---|---|---|",
    ]
    lines += [f"| [`{mart.name}`](#{mart.name}) | {cell(mart.grain)} | {_names(mart.key)} |" for mart in known]
    lines.append("\n## What leads where\n\nEvery one of these is tested each night; null leads nowhere.\n")
    lines += _relations(known)
    lines.append(
        "\nAll others are in `fct_links`, from `from_kind`, `from_key` to `to_kind`, `to_key`, with the reason of each."
    )
    lines.append(f"\n## What is tested of a column\n\nEach night, in one scan of each table:\n{_KINDS.rstrip()}")
    shown = _shown()
    for theme, group in groupby(known, key=lambda mart: mart.theme):
        lines.append(f"\n## {theme.capitalize()}")
        for mart in group:
            lines += _mart(mart, known, shown.get(mart.name, []))
    return "\n".join(lines) + "\n"


def _relations(known: Sequence[Mart]) -> Iterator[str]:
    yield "| from | to |\n|---|---|"
    for mart in known:
        for column, (target, target_column) in mart.leads_to.items():
            yield f"| [`{mart.name}`](#{mart.name}).`{column}` | [`{target}`](#{target}).`{target_column}` |"


def _mart(mart: Mart, known: Sequence[Mart], views: Sequence[str]) -> Iterator[str]:
    yield f"\n### `{mart.name}`\n\n{cell(mart.description)}\n"
    yield f"- One row is {cell(mart.grain)}. Primary key: {_names(mart.key)}."
    if mart.leads_to:
        yield (
            "- Leads to "
            + ", ".join(f"`{target}` by `{column}`" for column, (target, _) in mart.leads_to.items())
            + "."
        )
    led = [f"`{one.name}` by `{column}`" for one in known for column, to in one.leads_to.items() if to[0] == mart.name]
    if led:
        yield f"- Led to by {', '.join(led)}."
    asked = [one for one in answerable(each.name for each in known) if mart.name in one.marts]
    if asked:
        yield "- Answers " + ", ".join(f"[{one.question}](questions.md#{anchor(one.title)})" for one in asked) + "."
    if views:
        yield f"- Shown in the report: {', '.join(views)}."
    defined = _defined(mart.name)
    if defined:
        yield "- Defined in " + ", ".join(f"[{title}](metrics.md#{anchor(title)})" for title in defined) + "."
    yield "\n| column | type | unit | rule | meaning |\n|---|---|---|---|---|"
    yield from (_column(column, mart) for column in mart.columns)


def _column(column: Column, mart: Mart) -> str:
    name = f"**`{column.name}`**" if column.name in mart.key else f"`{column.name}`"
    rule = f"{column.kind}, {column.rule}" if column.kind else column.rule
    return f"| {name} | {column.data_type} | {column.unit} | {cell(rule)} | {cell(column.description)} |"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _shown() -> dict[str, list[str]]:
    """The views of the report that show each mart."""
    shown: dict[str, list[str]] = {}
    files = sorted(MARTS.glob("exposures*.yml"))
    declared: list[dict[str, Any]] = [
        one for file in files for one in yaml.load(file.read_text(), yaml.CSafeLoader)["exposures"]
    ]
    for exposure in declared:
        for ref in exposure["depends_on"]:
            shown.setdefault(ref.removeprefix("ref('").removesuffix("')"), []).append(exposure["label"])
    return shown


def _defined(mart: str) -> list[str]:
    """The headings of the metrics' page under which a mart is spoken of."""
    sections = re.split(r"(?m)^## (.+)$", _METRICS.read_text())[1:]
    return [title for title, text in zip(sections[::2], sections[1::2], strict=True) if f"`{mart}`" in text]
