"""Working time: nine to half past five where a person lives, no weekends, no days of leave."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.company.facts import Person

_BEGIN, _END = time(9), time(17, 30)
_SATURDAY = 5


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _works(person: Person, at: datetime) -> bool:
    day = at.date()
    return at.weekday() < _SATURDAY and not any(first <= day <= last for first, last in person.away)


def working_after(person: Person, at: datetime, hours: float) -> datetime:
    """Return the moment at which a person has worked so many hours since another; to the second.

    Bots never rest.
    """
    if person.is_bot:
        return _whole(at + timedelta(hours=hours))
    left, zone = timedelta(hours=hours), _zone(person.time_zone)
    here = at.astimezone(zone)
    while True:
        begin, end = (datetime.combine(here.date(), clock, zone) for clock in (_BEGIN, _END))
        here = max(here, begin)
        # Differences in UTC: a day in which the clocks change is no hour longer for who works nine to five.
        today = max(end.astimezone(UTC) - here.astimezone(UTC), timedelta())
        if _works(person, here) and today >= left and here < end:
            return _whole(here.astimezone(UTC) + left)
        left -= today if _works(person, here) else timedelta()
        here = datetime.combine(here.date() + timedelta(days=1), _BEGIN, zone)


def _whole(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
