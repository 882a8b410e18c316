"""Reads Split's plain values: texts that may be null, numbers sent as text, times in milliseconds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sources.values import number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(value: Any) -> datetime | None:
    """Return a time, sent as milliseconds since 1970; None where it is missing, 0 or none."""
    milliseconds = number(value)
    if not milliseconds or milliseconds < 0:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
