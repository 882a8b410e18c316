"""Reads Unleash's plain values: texts that may be null, numbers sent as text, times."""

from datetime import datetime
from typing import Any

from pipelines.events.envelope import MappingError
from pipelines.sources.values import moment, number, text


def whole(value: Any) -> int | None:
    """Return an id, sent as a number or as text; None where it is none."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def optional_moment(value: Any) -> datetime | None:
    """Return a time, None where it is null or none."""
    try:
        return None if text(value) is None else moment(value, "it")
    except MappingError:
        return None
