"""Reads Unleash's plain values: texts that may be null, numbers sent as text, times."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError


def text(value: Any) -> str | None:
    """Return a value as text, None where the server sent null or nothing."""
    if value is None or value == "" or isinstance(value, dict | list | bool):
        return None
    return str(value)


def rows(value: Any) -> Iterable[Mapping[str, Any]]:
    """Return the objects of a list, nothing where there is no list."""
    return (row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()


def number(value: Any) -> float | None:
    """Return a number, sent as one or as text; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """Return an id, sent as a number or as text; None where it is none."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def moment(value: Any, what: str) -> datetime:
    """Return a time, as 2026-01-31T18:41:29.398Z, exactly and in UTC.

    Raises:
        MappingError: it is missing or no time; the message says `what`.
    """
    found = text(value)
    if found is None:
        raise MappingError(f"{what} is missing")
    try:
        return parse_time(found)
    except (ValueError, OverflowError) as error:
        raise MappingError(f"{what} is no time: {found[:60]!r}") from error


def optional_moment(value: Any) -> datetime | None:
    """Return a time, None where it is null or none."""
    try:
        return None if text(value) is None else moment(value, "it")
    except MappingError:
        return None
