"""Takes answers on sessions apart: a record for each release, environment and day. The same live and recorded."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import BadRecord, RawRecord, mapping_of

STREAM = "sessions"
SESSIONS, CRASH_FREE = "sum(session)", "crash_free_rate(session)"
FIELDS = (SESSIONS, CRASH_FREE)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Project:
    """A project; its slug is None where only its number is known."""

    id: str
    slug: str | None


@dataclass(slots=True)
class Group:
    """What several answers tell of one release in one environment: the fields' values by interval."""

    project: Project | None
    release: str | None
    environment: str | None
    interval: timedelta
    values: dict[datetime, dict[str, Any]]


def groups_of(answers: Iterable[Any], projects: Mapping[str, Project], only: Project | None) -> list[Group]:
    """Return the groups of several answers, those of one release and environment as one.

    Args:
        projects: by their number.
        only: the project that was asked for, where the answers do not tell.

    Raises:
        ValueError: an answer is none on sessions. The message says why.
    """
    found: dict[tuple[str | None, str | None, str | None], Group] = {}
    for answer in answers:
        told = mapping_of(answer)
        if not isinstance(told.get("intervals"), list) or not isinstance(told.get("groups"), list):
            raise ValueError("there are no intervals and groups in it")
        intervals = [parse_time(at) for at in told["intervals"]]
        gaps = [after - before for before, after in pairwise(intervals)]
        interval = min(gaps) if gaps else parse_time(told["end"]) - parse_time(told["start"])
        for row in map(mapping_of, told["groups"]):
            by, series = mapping_of(row.get("by")), mapping_of(row.get("series"))
            project = _project(by.get("project"), projects, only)
            release, environment = _text(by.get("release")), _text(by.get("environment"))
            key = (project.id if project else None, release, environment)
            group = found.setdefault(key, Group(project, release, environment, interval, {}))
            for field in FIELDS:
                values = series.get(field)
                if not isinstance(values, list) or len(values) != len(intervals):
                    raise ValueError(f"a group has no value of {field} for each interval")
                for at, value in zip(intervals, values, strict=True):
                    group.values.setdefault(at, {})[field] = value
    return list(found.values())


def records_of(instance: str, groups: Iterable[Group]) -> Iterator[RawRecord]:
    """Yield a record for each group and each UTC day in which it had a session."""
    for group in groups:
        times = sorted(group.values)
        days: dict[datetime, list[datetime]] = {}
        for at in times:
            days.setdefault(at.replace(hour=0, minute=0, second=0, microsecond=0), []).append(at)
        for day, of_day in days.items():
            # An answer tells of each group in each interval; where there was no session, nothing was measured.
            if any(group.values[at].get(SESSIONS) for at in of_day):
                yield _record(instance, group, day, of_day)


def _record(instance: str, group: Group, day: datetime, times: list[datetime]) -> RawRecord:
    project = None if group.project is None else {"id": group.project.id, "slug": group.project.slug}
    body = {
        "project": project,
        "release": group.release,
        "environment": group.environment,
        "day": day.date().isoformat(),
        "interval_seconds": group.interval.total_seconds(),
        "intervals": [at.isoformat() for at in times],
        "series": {field: [group.values[at].get(field) for at in times] for field in FIELDS},
    }
    named = json.dumps([group.project.id if group.project else None, group.release, group.environment])
    # The later it was asked, the more of the day is in it.
    return RawRecord(instance, STREAM, f"{named}@{body['day']}", body, times[-1] + group.interval)


def bad(instance: str, place: str, reason: str, answer: Any) -> BadRecord:
    """Return what is kept of an answer that is none."""
    return BadRecord(instance, STREAM, place, reason, json.dumps(answer)[:2_000])


def _project(number: Any, projects: Mapping[str, Project], only: Project | None) -> Project | None:
    if number is None or isinstance(number, bool) or not isinstance(number, int | str):
        return only
    return projects.get(str(number)) or Project(str(number), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
