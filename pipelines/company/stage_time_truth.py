"""What is true of how long stages last: the curve of Kaplan and Meier, worked out from each story's milestones."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from statistics import NormalDist
from typing import Any

from pipelines.company.abandoned import abandoned_truths
from pipelines.company.company import Company
from pipelines.company.facts import Status
from pipelines.company.flow_truth import ALL
from pipelines.company.lives import lives
from pipelines.company.truth import story_truths

_MILESTONES = ("interview", "backlog", "spec", "code_complete", "reviewed", "production", "full_rollout")
_FIELDS = (
    "interviewed_at", "backlog_at", "spec_at", "code_complete_at", "reviewed_at", "production_at", "full_rollout_at",
)  # fmt: skip
_Z = NormalDist().inv_cdf(0.975)
# How long a stage lasted or was seen to last, and whether it came to its end.
Seen = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Curve:
    """When the share that lasts longer first came down to a half and to 15 %; None where it has not."""

    median: float | None
    low: float | None
    high: float | None
    p85: float | None


@dataclass(frozen=True, slots=True)
class StageTimeTruth:
    """What is true of a stage or a whole span, of a team's stories of a type or of all of them."""

    team: str
    story_type: str
    stage: str
    n: int
    n_reached: int
    n_open: int
    n_cancelled: int
    spent: float
    curve: Curve

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Stay:
    team: str
    story_type: str
    stage: str
    seconds: float
    outcome: str


def kaplan_meier(seen: Iterable[Seen]) -> Curve:
    """Return where the curve of some durations comes down; its interval by Greenwood on the log-log scale."""
    waiting = sorted(seen)
    survival, variance = 1.0, 0.0
    steps: list[tuple[float, float, float | None, float | None]] = []
    for at in sorted({seconds for seconds, is_end in waiting if is_end}):
        at_risk = sum(seconds >= at for seconds, _ in waiting)
        ended = sum(seconds == at and is_end for seconds, is_end in waiting)
        survival *= 1 - ended / at_risk
        if ended == at_risk:
            steps.append((at, 0.0, None, None))
            break
        variance += ended / (at_risk * (at_risk - ended))
        spread = math.exp(_Z * math.sqrt(variance) / -math.log(survival))
        steps.append((at, survival, survival**spread, survival ** (1 / spread)))

    def down(place: int, to: float) -> float | None:
        return next((step[0] for step in steps if step[place] is not None and step[place] <= to + 1e-9), None)  # type: ignore[operator]

    return Curve(down(1, 0.5), down(2, 0.5), down(3, 0.5), down(1, 0.15))


def stage_time_truths(company: Company, as_of: datetime) -> list[StageTimeTruth]:
    """Return every stage and span that a measured story came into by a moment, for all of its time."""
    stays = [stay for stay in _stays(company, as_of) if stay.seconds >= 0]
    found = []
    for team in sorted({*(stay.team for stay in stays), ALL}):
        for kind in sorted({*(stay.story_type for stay in stays), ALL}):
            own = [stay for stay in stays if team in (ALL, stay.team) and kind in (ALL, stay.story_type)]
            found += [_truth(own, (team, kind, stage)) for stage in sorted({stay.stage for stay in own})]
    return found


def _truth(stays: Sequence[_Stay], names: tuple[str, str, str]) -> StageTimeTruth:
    own = [stay for stay in stays if stay.stage == names[2]]
    outcomes = [stay.outcome for stay in own]
    return StageTimeTruth(
        *names, len(own), outcomes.count("reached"), outcomes.count("open"), outcomes.count("cancelled"),
        sum(stay.seconds for stay in own), kaplan_meier((stay.seconds, stay.outcome == "reached") for stay in own),
    )  # fmt: skip


def _stays(company: Company, as_of: datetime) -> Iterator[_Stay]:
    told: dict[str, tuple[datetime | None, ...]] = {}
    for story in story_truths(company, as_of):
        told[story.story_key] = tuple(getattr(story, name) for name in _FIELDS)
    # Without a pull request the status alone says that the code is there.
    complete = {
        one.key: next((move.at for move in one.moves if move.status is Status.IN_REVIEW and move.at <= as_of), None)
        for one in company.abandoned
    }
    for one in abandoned_truths(company.abandoned, as_of):
        told[one.story_key] = (None, one.backlog_at, one.spec_at, complete.get(one.story_key), None, None, None)
    opened = {
        story.key_at(as_of): any(pull.opened_at <= as_of for pull in story.pull_requests) for story in company.stories
    }
    for life in lives(company, as_of):
        milestones = told.get(life.key, (None, life.stands[0][0], *[None] * 5))
        stands_in = life.kind(len(life.stands) - 1)
        is_begun = bool(life.entered("work")) or opened.get(life.key, False)
        ended_at = life.entered("cancelled")[-1] if stands_in == "cancelled" else as_of
        for stage, since, until in (*_stages(milestones, is_begun=is_begun), *_spans(milestones)):
            outcome = "cancelled" if stands_in == "cancelled" else "open"
            if until is not None and until <= ended_at:
                outcome = "reached"
            elif stands_in == "done":
                # Closed, and its end was never told: it waits for nothing.
                continue
            end = until if until is not None and outcome == "reached" else ended_at
            yield _Stay(life.team, life.type, stage, (end - since).total_seconds(), outcome)


def _stages(
    milestones: Sequence[datetime | None], *, is_begun: bool
) -> Iterator[tuple[str, datetime, datetime | None]]:
    known = [(place, at) for place, at in enumerate(milestones) if at is not None]
    for (place, at), (following, until) in pairwise(known):
        yield f"{_MILESTONES[place]}_to_{_MILESTONES[following]}", at, until
    place, at = known[-1]
    # Once work has begun, nobody waits for a specification.
    following = place + 2 if _MILESTONES[place] == "backlog" and is_begun else place + 1
    if following < len(_MILESTONES):
        yield f"{_MILESTONES[place]}_to_{_MILESTONES[following]}", at, None


def _spans(milestones: Sequence[datetime | None]) -> Iterator[tuple[str, datetime, datetime | None]]:
    interviewed, backlog, *_, production, rollout = milestones
    assert backlog is not None, "every ticket was created"
    if interviewed:
        yield "idea_lead_time", interviewed, production
    yield "story_cycle_time", backlog, production
    yield "total", interviewed or backlog, rollout
