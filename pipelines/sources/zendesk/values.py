"""Reads Zendesk's plain values: numbers that may be texts, times with and without a zone."""

import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.values import moment, text


def texts(values: Any) -> list[str]:
    """Return the texts of a list, each once; empty where there is no list."""
    found = map(text, values) if isinstance(values, list) else ()
    return list(dict.fromkeys(one for one in found if one is not None))


def optional_moment(value: Any, what: str) -> datetime | None:
    """Return a time in UTC, None where it is null.

    Raises:
        MappingError: it is there and is no time.
    """
    return None if text(value) is None else moment(value, what)


def version_of(ticket: Any) -> datetime | None:
    """Return the time of a ticket's version, None where it does not tell.

    It is `generated_timestamp` (seconds since 1970): Zendesk changes tickets without touching `updated_at`.
    """
    told = mapping_of(ticket)
    try:
        seconds = float(str(told.get("generated_timestamp")))
        if math.isfinite(seconds):
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return parse_time(str(told.get("updated_at")))
    except (ValueError, OverflowError):
        return None


def site_of(address: Any) -> str | None:
    """Return the account that one of Zendesk's own addresses is of, None where it is none."""
    if not isinstance(address, str) or "/api/v2/" not in address:
        return None
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
