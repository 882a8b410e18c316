"""What is true of every rollout: its steps and epochs, its pauses and falls, and what became of it.

Told by the facts of the flags alone. The limits are the defaults of the settings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from pipelines.company.company import Company
from pipelines.company.flag_lives import ENVIRONMENTS, FlagLife, flag_lives
from pipelines.company.flags import PRODUCTION

_FIRST_USERS, _HELD_BACK, _ALL = 10.0, 90.0, 100.0
_PAUSE = timedelta(days=5)
_STALE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class StepTruth:
    """A step of a flag in an environment; `ended_at` is None while it lasts."""

    flag_key: str
    environment: str
    epoch: int
    step: int
    story_key: str | None
    percentage: float
    started_at: datetime
    ended_at: datetime | None
    is_rollback: bool
    kind: str
    is_pause: bool
    is_holdback: bool
    is_unbroken_full: bool


@dataclass(frozen=True, slots=True)
class RolloutTruth:
    """An epoch of a flag in an environment."""

    flag_key: str
    environment: str
    epoch: int
    story_key: str | None
    outcome: str
    step_count: int
    first_users_at: datetime | None
    full_at: datetime | None
    rolled_back_at: datetime | None
    first_users_to_full_seconds: float | None
    pause_count: int
    held_back_seconds: float
    is_stale: bool


def rollout_truth(company: Company, as_of: datetime) -> dict[str, Any]:
    """Return every step and every rollout as plain JSON, times in ISO 8601."""
    steps = step_truths(company, as_of)
    return {
        "steps": [_plain(one) for one in steps],
        "rollouts": [_plain(one) for one in rollout_truths(company, as_of)],
    }


def step_truths(company: Company, as_of: datetime) -> list[StepTruth]:
    """Return every step that began by a moment, by flag, environment and time."""
    lives = [life for life in flag_lives(company) if life.made_at <= as_of]
    found = [step for life in lives for environment in ENVIRONMENTS for step in _steps(life, environment, as_of)]
    return sorted(found, key=lambda one: (one.flag_key, one.environment, one.started_at))


def rollout_truths(company: Company, as_of: datetime) -> list[RolloutTruth]:
    """Return every epoch that began by a moment."""
    lives = {life.key: life for life in flag_lives(company)}
    found = []
    groups = groupby(step_truths(company, as_of), lambda one: (one.flag_key, one.environment))
    for (key, _), group in groups:
        steps = list(group)
        last = steps[-1].epoch
        for epoch in range(1, last + 1):
            own = [step for step in steps if step.epoch == epoch]
            found.append(_rollout(lives[key], own, as_of, is_last=epoch == last))
    return found


def _steps(life: FlagLife, environment: str, as_of: datetime) -> Iterator[StepTruth]:
    shares = [(life.made_at, 0.0)]
    for step in life.steps:
        # Our own people are none of the users, so for these nothing changes.
        if step.environment == environment and step.at <= as_of and step.percentage != shares[-1][1]:
            shares.append((step.at, step.percentage))
    gone = life.put_away_at if life.put_away_at and life.put_away_at <= as_of else None
    ends = [at for at, _ in shares[1:]] + [gone]
    story = life.story.key_at(as_of) if life.story else None
    epoch = number = 0
    for place, ((at, share), ended) in enumerate(zip(shares, ends, strict=True)):
        before = [one for _, one in shares[:place]]
        is_anew = not before or (before[-1] == 0 and any(before))
        epoch, number = (epoch + 1, 1) if is_anew else (epoch, number + 1)
        has_stood = (ended or as_of) - at >= _PAUSE
        yield StepTruth(
            life.key, environment, epoch, number, story, share, at, ended,
            is_rollback=bool(before) and share < before[-1],
            kind=_kind(before, share),
            is_pause=0 < share < _HELD_BACK and has_stood,
            is_holdback=_HELD_BACK <= share < _ALL and has_stood,
            is_unbroken_full=share == _ALL and place == len(shares) - 1,
        )  # fmt: skip


def _kind(before: Sequence[float], share: float) -> str:
    if not before:
        return "raise" if share else "off"
    if share < before[-1]:
        return "rollback"
    return "re_raise" if max(before) > before[-1] else "raise"


def _rollout(life: FlagLife, steps: Sequence[StepTruth], as_of: datetime, *, is_last: bool) -> RolloutTruth:
    first = next((one.started_at for one in steps if one.percentage >= _FIRST_USERS), None)
    full = next((one.started_at for one in steps if one.is_unbroken_full), None)
    is_gone = life.put_away_at is not None and life.put_away_at <= as_of
    is_left = is_last and steps[0].environment == PRODUCTION and not life.is_kept and not is_gone
    return RolloutTruth(
        steps[0].flag_key,
        steps[0].environment,
        steps[0].epoch,
        steps[0].story_key,
        outcome=_outcome(steps),
        step_count=len(steps),
        first_users_at=first,
        full_at=full,
        rolled_back_at=next((after.started_at for one, after in pairwise(steps) if _is_lower(one, after)), None),
        first_users_to_full_seconds=(full - first).total_seconds() if full and first else None,
        pause_count=sum(one.is_pause for one in steps),
        held_back_seconds=sum(
            ((one.ended_at or as_of) - one.started_at).total_seconds() for one in steps if one.is_holdback
        ),
        is_stale=bool(is_left and full and as_of - full >= _STALE),
    )


def _is_lower(one: StepTruth, after: StepTruth) -> bool:
    return after.percentage < one.percentage


def _outcome(steps: Sequence[StepTruth]) -> str:
    share = steps[-1].percentage
    if not any(one.percentage for one in steps):
        return "not_released"
    if share in (0, _ALL):
        return "full" if share else "rolled_back"
    return "held_back" if share >= _HELD_BACK else "partial"


def _plain(truth: StepTruth | RolloutTruth) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(truth).items()}
