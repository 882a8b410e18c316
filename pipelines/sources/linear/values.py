"""Reads Linear's plain values: texts that may be null or empty, numbers that may be texts, times, people as actors."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.sources.base import PERSON_KEY, mapping_of
from pipelines.sources.values import moment, number, rows, text


def name_of(value: Any, field: str = "name") -> str | None:
    """Return the name of an object such as a state or a project, None where there is no object."""
    return text(mapping_of(value).get(field))


def nodes(value: Any) -> list[Mapping[str, Any]]:
    """Return the nodes of a connection, none where there is no connection."""
    return rows(mapping_of(value).get("nodes"))


def optional_moment(value: Any, what: str) -> str | None:
    """Return a time as ISO 8601 UTC text, None where it is null.

    Raises:
        MappingError: it is there and is no time.
    """
    return None if text(value) is None else moment(value, what).isoformat()


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
