"""What is true of flow, week by week, by where each ticket stood; `ACTIVE` and `WAIT` are what the demo declares."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.company.company import Company
from pipelines.company.facts import Status
from pipelines.company.lives import WORK, Life, lives

ACTIVE = (Status.SPEC, Status.IN_PROGRESS)
WAIT = (Status.READY, Status.IN_REVIEW)
ALL = "all"
_WEEK = timedelta(weeks=1)


@dataclass(slots=True)
class FlowTruth:
    """What is true of a week, which begins on a Monday, UTC, for a team and a type, or for all of them.

    Attributes:
        wip_ages: from first start to the week's end, of what stood in work then.
        cycle_times: from first start to finish, of what was finished in it after a start.
        flow_times: from creation to finish, of all that was finished in it.
        active, declared: seconds in the statuses of work, and in those of work and of waiting, of the same.
    """

    week_on: date
    team: str
    story_type: str
    created: int = 0
    started: int = 0
    finished: int = 0
    cancelled: int = 0
    reopened: int = 0
    flow_load: int = 0
    wip_ages: list[float] = field(default_factory=list)
    cycle_times: list[float] = field(default_factory=list)
    flow_times: list[float] = field(default_factory=list)
    active: float = 0.0
    declared: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, the lists sorted."""
        told = {name: sorted(value) if isinstance(value, list) else value for name, value in asdict(self).items()}
        return told | {"week_on": self.week_on.isoformat()}


class _Course:
    """When a ticket came to what; worked out once, and asked week by week."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.created_at = life.stands[0][0]
        self.work, self.done, self.cancelled = (life.entered(kind) for kind in ("work", "done", "cancelled"))
        self.reopened = life.left_done()


def flow_truths(company: Company, as_of: datetime) -> list[FlowTruth]:
    """Return every week of every team and type, and of all of them, from the first ticket to the moment."""
    there = [_Course(life) for life in lives(company, as_of)]
    teams, types = {one.life.team for one in there}, {one.life.type for one in there}
    found: list[FlowTruth] = []
    for team in sorted({*teams, ALL}):
        for story_type in sorted({*types, ALL}):
            own = [one for one in there if team in (ALL, one.life.team) and story_type in (ALL, one.life.type)]
            if own:
                monday = _monday(min(one.created_at for one in own))
                while monday <= as_of:
                    found.append(_week(own, (monday, as_of), team, story_type))
                    monday += _WEEK
    return found


def _monday(at: datetime) -> datetime:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _week(own: Sequence[_Course], when: tuple[datetime, datetime], team: str, story_type: str) -> FlowTruth:
    monday, as_of = when
    told = FlowTruth(monday.date(), team, story_type)
    ends = monday + _WEEK

    def within(moments: Sequence[datetime]) -> bool:
        return any(monday <= at < ends for at in moments)

    for one in own:
        told.created += within([one.created_at])
        told.started += within(one.work[:1])
        told.cancelled += within(one.cancelled)
        told.reopened += within(one.reopened)
        stood = one.life.before(ends) if one.work and one.work[0] < ends else None
        if stood in ("work", "waiting"):
            told.flow_load += 1
            if stood == "work":
                told.wip_ages.append((min(ends, as_of) - one.work[0]).total_seconds())
        finished = [at for at in one.done if monday <= at < ends]
        if finished:
            _finish(told, one, finished[-1])
    return told


def _finish(told: FlowTruth, one: _Course, at: datetime) -> None:
    told.finished += 1
    told.flow_times.append((at - one.created_at).total_seconds())
    if one.work and one.work[0] < at:
        told.cycle_times.append((at - one.work[0]).total_seconds())
    for status, seconds in _spent(one.life, at):
        told.active += seconds if status in ACTIVE else 0
        told.declared += seconds if status in (*ACTIVE, *WAIT) else 0


def _spent(life: Life, until: datetime) -> Iterator[tuple[Status, float]]:
    ends = [*(since for since, _ in life.stands[1:]), until]
    for (since, status), end in zip(life.stands, ends, strict=True):
        if since < until:
            yield status, (min(end, until) - since).total_seconds()


assert {*ACTIVE, *WAIT} >= WORK, "else what was worked on in another status would have no efficiency"
