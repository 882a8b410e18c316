"""Reads Jira's plain values: texts that may be null or empty, times in its own form, people as actors."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipelines.sources.base import PERSON_KEY, mapping_of
from pipelines.sources.values import moment, text


def name_of(value: Any, field: str = "name") -> str | None:
    """Return the name of a Jira object such as a status or a priority, None where there is no object."""
    return text(mapping_of(value).get(field))


def names_of(values: Any) -> list[str]:
    """Return the names of a list of Jira objects, or its plain texts."""
    rows = values if isinstance(values, list) else []
    found = (name_of(row) if isinstance(row, dict) else text(row) for row in rows)
    return [name for name in found if name is not None]


def optional_moment(value: Any, what: str) -> str | None:
    """Return Jira's time as ISO 8601 UTC text, None where it is null.

    Raises:
        MappingError: it is there and is no time.
    """
    return None if text(value) is None else iso(moment(value, what))


def iso(at: datetime) -> str:
    """Return a time as a payload carries it."""
    return at.isoformat()


def actor_of(user: Any) -> str | None:
    """Return who a pseudonymised user object stands for: `p_…`, `bot:<name>`, None when unknown."""
    account = mapping_of(user)
    if account.get("accountType") == "app" and text(account.get("displayName")):
        return f"bot:{account['displayName']}"
    identity = str(account.get("accountId"))
    return identity if PERSON_KEY.fullmatch(identity) else None


def site_of(address: str) -> str | None:
    """Return the site of an address above its `/rest/`, as the log names it; None where it is none."""
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if host == "api.atlassian.com":
        # Through the gateway every site has one host, so its id must tell it apart.
        return f"{host}{parts.path.rstrip('/')}"
    return f"{host}:{port}" if host and port else host
