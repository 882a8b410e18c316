"""Reads Linear's plain values: texts that may be null or empty, numbers that may be texts, times, people as actors."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError
from pipelines.sources.base import mapping_of

PERSON_KEY = re.compile(r"p_[0-9a-f]{16}")


def text(value: Any) -> str | None:
    """Return a value as text, None where Linear sent null or nothing."""
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    return str(value)


def name_of(value: Any, field: str = "name") -> str | None:
    """Return the name of an object such as a state or a project, None where there is no object."""
    return text(mapping_of(value).get(field))


def listed(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none where there is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def nodes(value: Any) -> list[Mapping[str, Any]]:
    """Return the nodes of a connection, none where there is no connection."""
    return listed(mapping_of(value).get("nodes"))


def required(value: Any, what: str) -> str:
    """Return a value as text.

    Raises:
        MappingError: it is missing; the message says `what`.
    """
    found = text(value)
    if found is None:
        raise MappingError(f"{what} is missing")
    return found


def moment(value: Any, what: str) -> datetime:
    """Return a time exactly and in UTC.

    Raises:
        MappingError: it is missing or no time; the message says `what`.
    """
    found = required(value, what)
    try:
        return parse_time(found)
    except (ValueError, OverflowError) as error:
        raise MappingError(f"{what} is no time: {found[:60]!r}") from error


def optional_moment(value: Any, what: str) -> str | None:
    """Return a time as ISO 8601 UTC text, None where it is null.

    Raises:
        MappingError: it is there and is no time.
    """
    return None if text(value) is None else moment(value, what).isoformat()


def number(value: Any) -> float | None:
    """Return a finite number, also one that was sent as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def number_text(value: Any) -> str | None:
    """Return a number as people write it: 3 and not 3.0."""
    found = number(value)
    return None if found is None else f"{found:.15g}"


def cycle_name(cycle: Any) -> str | None:
    """Return what Linear calls a cycle: its name, else its number."""
    count = number_text(mapping_of(cycle).get("number"))
    return name_of(cycle) or (f"Cycle {count}" if count else None)


def actor_of(user: Any, bot: Any = None) -> str | None:
    """Return who acted, of a pseudonymised record: `p_…`, `bot:<name>`, None when unknown.

    Args:
        bot: the integration or automation that acted where no user did.
    """
    account = mapping_of(user)
    identity = str(account.get("id"))
    if PERSON_KEY.fullmatch(identity):
        return identity
    if account.get("app") and text(account.get("name")):
        return f"bot:{account['name']}"
    name = name_of(bot) or name_of(bot, "type")
    return f"bot:{name}" if name else None


def identity_of(user_id: Any) -> str | None:
    """Return who a person field's id stands for; the id of an app is that of a bot."""
    found = text(user_id)
    return found if found is None or PERSON_KEY.fullmatch(found) else f"bot:{found}"


def workspace_of(address: Any) -> str | None:
    """Return the workspace of one of Linear's own addresses as the log names it: `linear.app/acme`."""
    try:
        parts = urlsplit(str(address))
    except ValueError:
        return None
    name = parts.path.split("/")[1] if parts.path.count("/") >= 1 else ""
    return f"{parts.hostname}/{name}" if parts.hostname and parts.hostname.endswith("linear.app") and name else None
