"""What an issue says of itself, in Markdown."""

from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.values import text


def description_of(issue: Any) -> str:
    """Return an issue's description, a line for each paragraph and item."""
    told = text(mapping_of(issue).get("description")) or ""
    return "\n".join(line for line in (line.strip() for line in told.splitlines()) if line)
