"""Reads Split's plain values: texts that may be null, numbers sent as text, times in milliseconds."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.events.envelope import MappingError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: Any) -> str | None:
    """Return a value as text, None where Split sent null or nothing."""
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


def moment(value: Any) -> datetime | None:
    """Return a time, sent as milliseconds since 1970; None where it is missing, 0 or none."""
    milliseconds = number(value)
    if not milliseconds or milliseconds < 0:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def required(value: Any, what: str) -> str:
    """Return a value as text.

    Raises:
        MappingError: it is missing; the message says `what`.
    """
    found = text(value)
    if found is None:
        raise MappingError(f"{what} is missing")
    return found
