"""Reads the cells of a table as people and their spreadsheets write them: dates, numbers, yes and no, lists of keys."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError

# Spreadsheets count days from here; before March 1900 they count one too many, which nobody's interviews reach.
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].+)?")
_DOTS = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?:,? +(?P<clock>.+))?")
_SLASHES = re.compile(r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?:,? +(?P<clock>.+))?")
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?")
_FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}


def moment(told: Mapping[str, str], name: str) -> str | None:
    """Return a cell's time as RFC 3339 in UTC, None where it is empty. A time without a zone is UTC, a date its start.

    Raises:
        MappingError: it is no time, or one that two countries read differently.
    """
    cell = told.get(name)
    if cell is None:
        return None
    try:
        at = _moment(cell)
    except MappingError:
        raise
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise MappingError(f"{name} is no time: {cell[:40]!r}; write 2026-01-31 or 2026-01-31 14:30")
    return at.isoformat()


def _moment(cell: str) -> datetime | None:
    if _ISO.fullmatch(cell):
        return parse_time(cell)
    if _SERIAL.fullmatch(cell):
        # To the second: a day's fraction has no more in it.
        return _DAY_ZERO + timedelta(seconds=round(float(cell.replace(",", ".")) * 86_400))
    if found := _DOTS.fullmatch(cell):
        return _at(int(found["year"]), int(found["month"]), int(found["day"]), found["clock"])
    if found := _SLASHES.fullmatch(cell):
        first, second = int(found["first"]), int(found["second"])
        if first <= 12 and second <= 12 and first != second:
            raise MappingError(f"{cell!r} is one day in America and another in Europe; write {found['year']}-MM-DD")
        month, day = (second, first) if first > 12 else (first, second)
        return _at(int(found["year"]), month, day, found["clock"])
    return None


def _at(year: int, month: int, day: int, clock: str | None) -> datetime:
    hour = minute = second = 0
    if clock is not None:
        found = _CLOCK.fullmatch(clock.strip())
        if found is None:
            raise ValueError(clock)
        hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
        if found["half"]:
            hour = hour % 12 + (12 if found["half"].casefold() == "p" else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def number(told: Mapping[str, str], name: str) -> float | None:
    """Return a cell's number, with a point or a comma; None where it is empty.

    Raises:
        MappingError: it is none.
    """
    cell = told.get(name)
    if cell is None:
        return None
    if not re.fullmatch(r"[+-]?\d{1,12}(?:[.,]\d+)?", cell):
        raise MappingError(f"{name} is no number: {cell[:40]!r}")
    return float(cell.replace(",", "."))


def flag(told: Mapping[str, str], name: str) -> bool | None:
    """Return a cell's yes or no, None where it is empty.

    Raises:
        MappingError: it is neither.
    """
    cell = told.get(name)
    if cell is None:
        return None
    if cell.casefold() not in _FLAGS:
        raise MappingError(f"{name} is neither yes nor no: {cell[:40]!r}")
    return _FLAGS[cell.casefold()]


def keys(cell: str | None) -> list[str]:
    """Return the keys of a cell, with commas, semicolons or spaces between them, each once."""
    return list(dict.fromkeys(re.findall(r"[^\s,;]+", cell or "")))
