"""Working calendars of the settings: where a team's days begin and end, which it works, and on which it does not."""

import re
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.time_zone import TimeZone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")


class CalendarChange(BaseModel):
    """What of a calendar is otherwise from a day on, until the next change; what it leaves out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    working_days: tuple[Day, ...] | None = None
    working_hours: tuple[str, ...] | None = None

    @field_validator("working_hours")
    @classmethod
    def _are_spans(cls, hours: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if hours is None else _in_order(hours)


class Calendar(BaseModel):
    """When a team works, by the clock where it lives.

    Attributes:
        time_zone: an IANA name, as Europe/Berlin.
        working_hours: spans such as 09:00-17:00, in their order; the last may end at 24:00.
        holidays: days of that time zone on which nobody works.
        changes: of the days or hours, oldest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: TimeZone
    working_days: tuple[Day, ...] = _DAYS[:5]
    working_hours: tuple[str, ...] = ("09:00-17:00",)
    holidays: tuple[date, ...] = ()
    changes: tuple[CalendarChange, ...] = Field(default=())

    @field_validator("working_hours")
    @classmethod
    def _are_spans(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        return _in_order(hours)

    @model_validator(mode="after")
    def _changes_in_order(self) -> "Calendar":
        if any(later.valid_from <= earlier.valid_from for earlier, later in pairwise(self.changes)):
            raise ValueError("changes must stand in the order of their valid_from, each day once")
        return self

    def as_variable(self, name: str) -> dict[str, Any]:
        """Return it as dbt's variable: each version with its half-open days, ISO weekdays, and spans in minutes."""
        days, hours, since = self.working_days, self.working_hours, None
        versions = []
        for change in (*self.changes, None):
            until = change.valid_from if change else None
            versions.append({"valid_from": _iso(since), "valid_to": _iso(until), **_worked(days, hours)})
            if change:
                days = days if change.working_days is None else change.working_days
                hours, since = hours if change.working_hours is None else change.working_hours, until
        holidays = sorted({day.isoformat() for day in self.holidays})
        return {"calendar": name, "time_zone": self.time_zone, "versions": versions, "holidays": holidays}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _worked(days: tuple[Day, ...], hours: tuple[str, ...]) -> dict[str, Any]:
    return {"days": sorted({_DAYS.index(day) + 1 for day in days}), "spans": [list(_minutes(span)) for span in hours]}


def _minutes(span: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span!r} is no span of hours, as 09:00-17:00")
    begin_hour, begin, end_hour, end = (int(part) for part in found.groups() if part is not None)
    return begin_hour * 60 + begin, end_hour * 60 + end


def _in_order(hours: tuple[str, ...]) -> tuple[str, ...]:
    ends = [moment for span in hours for moment in _minutes(span)]
    # Spans may touch; one that is empty or runs backwards, or begins before the last has ended, would count twice.
    if any(_minutes(span)[0] >= _minutes(span)[1] for span in hours) or ends != sorted(ends):
        raise ValueError("each span must begin before it ends, and no span before the one ahead of it has ended")
    return hours
