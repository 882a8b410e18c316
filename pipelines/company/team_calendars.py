"""When each team is meant to work: the days and hours of where it lives, and the days on which that place rests.

What the teams agreed on, and not what they do: people are away on days of their own, and some work on a holiday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.company.company import Company
from pipelines.company.facts import Team

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = (0, 1, 2, 3, 4)
_SHORT_WEEK = (0, 1, 2, 3)
_BEGIN, _END = time(9), time(17, 30)
# Month and day of what is kept every year, by where a team lives.
_KEPT = {
    "Europe/Berlin": ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31)),
    "America/New_York": ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)),
    "Asia/Kolkata": ((1, 26), (8, 15), (10, 2), (12, 25)),
    "Europe/Lisbon": ((1, 1), (4, 25), (5, 1), (6, 10), (12, 1), (12, 8), (12, 25)),
    "America/Los_Angeles": ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)),
    "Australia/Sydney": ((1, 1), (1, 26), (4, 25), (12, 25), (12, 26)),
}


@dataclass(frozen=True, slots=True)
class TeamCalendar:
    """When a team works.

    Attributes:
        shorter_from: the day since which it has no Fridays, None where it never gave them up.
    """

    time_zone: str
    holidays: tuple[date, ...]
    shorter_from: date | None = None

    def worked(self, begins_at: datetime, ends_at: datetime) -> timedelta:
        """Return how much of the time between two moments was working time; negative where the end lies before."""
        if ends_at < begins_at:
            return -self.worked(ends_at, begins_at)
        zone, total = ZoneInfo(self.time_zone), timedelta()
        day, last = begins_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
        while day <= last:
            if self._is_worked(day):
                begin, end = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (_BEGIN, _END))
                total += max(min(end, ends_at) - max(begin, begins_at), timedelta())
            day += timedelta(days=1)
        return total

    def _is_worked(self, day: date) -> bool:
        is_short = self.shorter_from is not None and day >= self.shorter_from
        return day.weekday() in (_SHORT_WEEK if is_short else _WEEK) and day not in self.holidays

    def as_settings(self) -> dict[str, Any]:
        """Return it as a table of the settings."""
        told: dict[str, Any] = {
            "time_zone": self.time_zone,
            "working_days": [_DAYS[day] for day in _WEEK],
            "working_hours": [f"{_BEGIN:%H:%M}-{_END:%H:%M}"],
            "holidays": [day.isoformat() for day in self.holidays],
        }
        if self.shorter_from:
            days = [_DAYS[day] for day in _SHORT_WEEK]
            told["changes"] = [{"valid_from": self.shorter_from.isoformat(), "working_days": days}]
        return told


def team_calendars(company: Company) -> dict[str, TeamCalendar]:
    """Return the calendar of each team, by its key; the first team gave up its Fridays halfway."""
    years = range(company.begins_at.year - 1, company.ends_at.year + 2)
    halfway = (company.begins_at + (company.ends_at - company.begins_at) / 2).date()
    return {
        team.key: TeamCalendar(
            _zone(team),
            tuple(date(year, month, day) for year in years for month, day in _KEPT[_zone(team)]),
            halfway if team is company.teams[0] else None,
        )
        for team in company.teams
    }


def _zone(team: Team) -> str:
    return team.members[0].time_zone
