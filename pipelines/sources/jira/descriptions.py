"""What a ticket says of itself: a document on the cloud, wiki markup in a data center."""

from collections.abc import Iterator
from typing import Any

from pipelines.sources.base import mapping_of

_LINES = frozenset({"paragraph", "heading", "listItem", "taskItem", "codeBlock", "tableCell", "tableHeader"})


def description_of(issue: Any) -> str:
    """Return a ticket's description as plain text; whom it mentions is left out."""
    told = mapping_of(mapping_of(issue).get("fields")).get("description")
    text = told if isinstance(told, str) else "".join(_pieces(told))
    return "\n".join(line for line in (line.strip() for line in text.splitlines()) if line)


def _pieces(node: Any, depth: int = 0) -> Iterator[str]:
    told = mapping_of(node)
    kind = told.get("type")
    # Documents nest a few levels; one that nests without end is nobody's work.
    if depth > 50 or kind == "mention":
        return
    if kind == "hardBreak":
        yield "\n"
    if kind in ("listItem", "taskItem"):
        yield "\n- "
    if isinstance(told.get("text"), str):
        yield told["text"]
    for child in told.get("content") or ():
        yield from _pieces(child, depth + 1)
    if kind in _LINES:
        yield "\n"
