"""Reads LaunchDarkly's plain values: times in epoch milliseconds, texts that may be null, resource specifiers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.events.envelope import MappingError
from pipelines.sources.base import mapping_of
from pipelines.sources.values import rows, text

# Any environment, in a specifier.
EVERY = "*"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A part may name tags or properties after a semicolon: `proj/shop;web:env/production:flag/csv-export;checkout`.
_FLAG = re.compile(r"proj/([^:;]+)(?:;[^:]*)?:env/([^:;]+)(?:;[^:]*)?:flag/([^:;]+)(?:;.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A flag in an environment, or in every one (`*`)."""

    project: str
    environment: str
    flag: str


def place_of(specifier: Any) -> Place | None:
    """Return what a resource specifier names, None where that is no flag."""
    found = _FLAG.fullmatch(specifier) if isinstance(specifier, str) else None
    return Place(found[1], found[2], found[3]) if found else None


def texts(value: Any) -> list[str]:
    """Return the texts of a list."""
    found = (text(one) for one in value) if isinstance(value, list) else ()
    return [one for one in found if one is not None]


def whole(value: Any) -> int | None:
    """Return a number that may have come as a text, None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(float(value)) if isinstance(value, str | float) else value
    except (ValueError, OverflowError):
        return None


def moment(value: Any, what: str) -> datetime:
    """Return epoch milliseconds as an aware UTC time.

    Raises:
        MappingError: it is missing or no time; the message says `what`.
    """
    at = moment_or_none(value)
    if at is None:
        raise MappingError(f"{what} is no time in milliseconds: {str(value)[:60]!r}")
    return at


def moment_or_none(value: Any) -> datetime | None:
    """Return epoch milliseconds as an aware UTC time, None where there is none."""
    told = whole(value)
    try:
        return None if told is None else _EPOCH + timedelta(milliseconds=told)
    except OverflowError:
        return None


def iso(at: datetime | None) -> str | None:
    """Return a time as a payload carries it."""
    return None if at is None else at.isoformat()


def newest_moment(values: Iterable[Any]) -> datetime | None:
    """Return the newest of several times in milliseconds, None where none is one."""
    return max((at for value in values if (at := moment_or_none(value))), default=None)


def milliseconds(at: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return round((at - _EPOCH) / timedelta(milliseconds=1))


def flag_moments(flag: Mapping[str, Any]) -> list[Any]:
    """Return every time that a flag tells of itself and of its environments."""
    environments = mapping_of(flag.get("environments")).values()
    told = [mapping_of(one).get("lastModified") for one in environments]
    return [flag.get("creationDate"), flag.get("archivedDate"), flag.get("deprecatedDate"), *told]


def release_moments(release: Mapping[str, Any]) -> list[Any]:
    """Return every time that a release tells of itself and of its steps."""
    steps = [step for phase in rows(release.get("phases")) for step in rows(phase.get("steps"))]
    told = [step.get(name) for step in steps for name in ("startedAt", "endedAt")]
    return [release.get("createdAt"), release.get("startedAt"), release.get("endedAt"), *told]
