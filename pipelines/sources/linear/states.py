"""What a status of Linear counts as: by its type, which no renaming changes."""

from typing import Any

from pipelines.sources.base import mapping_of

_CATEGORIES = {
    "triage": "to_do",
    "backlog": "to_do",
    "unstarted": "to_do",
    "started": "in_progress",
    "completed": "done",
    "canceled": "cancelled",
    "duplicate": "cancelled",
}
_RESOLUTIONS = {"completed": "Completed", "canceled": "Canceled", "duplicate": "Duplicate"}


def category_of(state: Any) -> str:
    """Return our category of a status, `unknown` for a type that we do not know."""
    return _CATEGORIES.get(str(mapping_of(state).get("type")).casefold(), "unknown")


def resolution_of(state: Any) -> str | None:
    """Return how an issue ended, None while it has not."""
    return _RESOLUTIONS.get(str(mapping_of(state).get("type")).casefold())
