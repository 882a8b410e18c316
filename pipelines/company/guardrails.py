"""How each step of a rollout went: whom it served, and whether it truly hurt those whom it served."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.facts import Flag
from pipelines.company.flags import PRODUCTION

# After a step it is watched for so long.
WATCHED = timedelta(hours=6)
_FIRST_FALL_IN_USERS = 0.0


class Cause(StrEnum):
    """What a feature did wrong."""

    ERROR_RATE = "error_rate"
    LATENCY = "latency_p95_seconds"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a rollout in production, up to the next one.

    Attributes:
        step: its number among the flag's steps in production, from 1; that for our own people alone is one, too.
        cause: what made it fall, None where it did no harm.
        excess: the share of the treated requests that failed for it; or how many times as slow they were.
    """

    flag: str
    service: str
    step: int
    percentage: float
    begins_at: datetime
    ends_at: datetime
    cause: Cause | None
    excess: float

    @property
    def watched_until(self) -> datetime:
        """Until when monitoring is asked for it."""
        return min(self.ends_at, self.begins_at + WATCHED)

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """The arms that somebody is in, and the share of all requests in each."""
        arms = (("on", self.percentage / 100), ("off", 1 - self.percentage / 100))
        return tuple(arm for arm in arms if arm[1] > 0)


def stages_of(company: Company) -> tuple[Stage, ...]:
    """Return every step of every rollout in production, a flag after the other."""
    services = {team.key: team.repository.partition("/")[2] for team in company.teams}
    return tuple(
        stage
        for story in company.stories
        if story.flag is not None
        for stage in _stages(company, story.flag, services[story.team])
    )


def _stages(company: Company, flag: Flag, service: str) -> Iterator[Stage]:
    steps = [step for step in flag.steps if step.environment == PRODUCTION]
    dice = Dice(company.seed, "guardrail", flag.key)
    cause, errors, times = dice.pick(tuple(Cause)), 0.02 + 0.02 * dice.unit(), 3.4 + dice.unit()
    for place, step in enumerate(steps):
        following = steps[place + 1] if place + 1 < len(steps) else None
        end = following.at if following else max(company.ends_at, step.at)
        has_fallen = following is not None and following.percentage == _FIRST_FALL_IN_USERS < step.percentage
        why = cause if has_fallen else None
        excess = (errors if why is Cause.ERROR_RATE else times) if why else 0.0
        yield Stage(flag.key, service, place + 1, step.percentage, step.at, end, why, excess)


def guardrail_truths(company: Company, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Return which steps that served users truly hurt them, and by what; plain JSON, times in ISO 8601.

    `is_disturbed`: an incident of the whole service fell into the step, so both of its arms were hurt, too.
    """
    moment = as_of or company.ends_at
    return [
        {
            "flag_key": stage.flag,
            "service": stage.service,
            "step": stage.step,
            "percentage": stage.percentage,
            "started_at": stage.begins_at.isoformat(),
            "ended_at": stage.ends_at.isoformat() if stage.ends_at < moment else None,
            "breached": {cause.value: cause is stage.cause for cause in Cause},
            "is_disturbed": _is_disturbed(company, stage),
        }
        for stage in stages_of(company)
        if stage.percentage > 0 and stage.begins_at <= moment
    ]


def _is_disturbed(company: Company, stage: Stage) -> bool:
    hurt = [
        (one.opened_at, one.resolved_at or company.ends_at, one.service) for one in company.incidents if not one.flag
    ]
    hurt += [(one.created_at, one.finished_at, one.service) for one in company.deployments if not one.is_success]
    return any(
        service == stage.service and begin - timedelta(minutes=10) < stage.watched_until and stage.begins_at < end
        for begin, end, service in hurt
    )
