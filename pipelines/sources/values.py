"""Reads the plain values of any vendor, who may send anything: null, a text for a number, an object for a list."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError


def text(value: Any) -> str | None:
    """Return a value as text, None where there is null, nothing or no plain value."""
    if value is None or value == "" or isinstance(value, dict | list | bool):
        return None
    # An id that went through a table of numbers comes back as 12.0.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def required(value: Any, what: str) -> str:
    """Return a value as text.

    Raises:
        MappingError: it is missing; the message says `what`.
    """
    found = text(value)
    if found is None:
        raise MappingError(f"{what} is missing")
    return found


def rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none where there is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """Return a finite number, also one that was sent as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(value: Any, what: str) -> datetime:
    """Return a time in UTC, exactly; one without a zone is UTC.

    Raises:
        MappingError: it is missing or no time; the message says `what`.
    """
    found = required(value, what)
    try:
        return parse_time(found)
    except (ValueError, OverflowError) as error:
        raise MappingError(f"{what} is no time: {found[:60]!r}") from error
