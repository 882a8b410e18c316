"""Reads fields out of the vendor's JSON, and says in one sentence what is missing. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError
from pipelines.sources.base import PERSON_KEY, list_of, mapping_of
from pipelines.sources.github.coding_tools import tool_of


def repository_of(record_key: str) -> str:
    """Return `owner/name`, with which every record key starts."""
    return "/".join(re.split(r"[#@]", record_key)[0].split("/")[:2])


def number_of(record_key: str) -> int:
    """Return the number in `owner/name#12`.

    Raises:
        MappingError: the key names no number.
    """
    _, _, number = record_key.partition("#")
    if not number.isdigit():
        raise MappingError(f"{record_key} names no number after #")
    return int(number)


def rows(body: Any, what: str) -> list[Mapping[str, Any]]:
    """Return a body that is a list of objects.

    Raises:
        MappingError: it is something else.
    """
    if not isinstance(body, list) or not all(isinstance(row, Mapping) for row in body):
        raise MappingError(f"{what} is no list of objects")
    return body


def required(row: Mapping[str, Any], field: str, what: str) -> str:
    """Return a field as text; ids may be numbers.

    Raises:
        MappingError: it is absent or empty.
    """
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise MappingError(f"{what} has no {field}")
    return str(value)


def time_of(row: Mapping[str, Any], field: str, what: str) -> datetime:
    """Return a time that must be there, as aware UTC.

    Raises:
        MappingError: it is absent or no ISO 8601 time.
    """
    found = optional_time(row, field, what)
    if found is None:
        raise MappingError(f"{what} has no {field}")
    return found


def optional_time(row: Mapping[str, Any], field: str, what: str) -> datetime | None:
    """Return a time as aware UTC, None where the vendor sent none.

    Raises:
        MappingError: it is no ISO 8601 time.
    """
    value = row.get(field)
    if value is None or value == "":
        return None
    try:
        return parse_time(value)
    except (ValueError, AttributeError, OverflowError) as error:
        raise MappingError(f"{what} has {field} {value!r}, which is no time") from error


def iso(moment: datetime | None) -> str | None:
    """Render an aware UTC time as payloads hold it."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def text(row: Mapping[str, Any], field: str) -> str | None:
    """Return a text, None where it is absent, empty or no text."""
    value = row.get(field)
    return value if isinstance(value, str) and value else None


def flag(row: Mapping[str, Any], field: str) -> bool | None:
    """Return a truth value, None where the vendor declares none."""
    value = row.get(field)
    return value if isinstance(value, bool) else None


def actor(user: Any) -> str | None:
    """Return the actor of a pseudonymised user object: people have keys by now, so whoever has none is a bot."""
    login = mapping_of(user).get("login")
    if not isinstance(login, str) or not login or mapping_of(user).get("type") == "Organization":
        return None
    return login if PERSON_KEY.fullmatch(login) else f"bot:{login}"


def git_actor(person: Any) -> str | None:
    """Return the actor of a commit's pseudonymised author, whose account is not known."""
    email = mapping_of(person).get("email")
    if not isinstance(email, str):
        return None
    tool = tool_of(email)
    return email if PERSON_KEY.fullmatch(email) else tool and f"bot:{tool}"


def labels(row: Mapping[str, Any]) -> list[str]:
    """Return the names of a row's labels; the vendor sends objects, and in old answers plain names."""
    found = list_of(row.get("labels"))
    names = (label if isinstance(label, str) else mapping_of(label).get("name") for label in found)
    return [name for name in names if isinstance(name, str)]
