"""What monitoring sees of the services: a quiet life, rollouts by the arm of their flag, and the hours when it hurts.

Only the hours around a rollout's steps, incidents and failed deployments are drawn: nobody asks for the others.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import NormalDist

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.guardrails import Cause, Stage, stages_of
from pipelines.company.operations import Reading

BUCKET = timedelta(minutes=5)
_NORMAL = NormalDist()
_REQUESTS, _ERROR_RATE = 800.0, 0.000_5
_MEDIAN, _SLOW = 0.08, 0.35
# So many requests as are met when nobody sleeps; fewer by night and on weekends.
_NIGHT, _WEEKEND = 0.4, 0.7
_DEPLOYMENT_HURTS, _INCIDENT_HURTS = 0.03, 0.04
_IS_NOTICED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Pain:
    """A time in which a share of all requests of a service fails."""

    begins_at: datetime
    ends_at: datetime
    error_rate: float


def readings(company: Company, begins_at: datetime, ends_at: datetime) -> Iterator[Reading]:
    """Yield what was seen in the buckets from one moment to another, a series after the other, each in its order.

    A reading without a flag is of all requests of the service; one with a flag is of those of one of its arms, and
    none is of an arm that nobody is in.
    """
    stages, pains_of = stages_of(company), _pains(company)
    for service in sorted({one.service for one in company.deployments}):
        pains = pains_of.get(service, ())
        own = [stage for stage in stages if stage.service == service]
        watched = [*((stage.begins_at, stage.watched_until) for stage in own), *_around(pains)]
        for at in _buckets(watched, begins_at, ends_at):
            yield _reading(Dice(company.seed, "monitoring", service), at, _of_all(service, at, own, pains))
    for stage in stages:
        for variant, share in stage.shares:
            for at in _buckets([(stage.begins_at, stage.watched_until)], begins_at, ends_at):
                dice = Dice(company.seed, "monitoring", stage.service, stage.flag, variant)
                yield _reading(dice, at, _of_arm(stage, variant, share, at, pains_of.get(stage.service, ())))


@dataclass(frozen=True, slots=True)
class _Traffic:
    """What is true of a series in a bucket; the draws lie around it."""

    service: str
    flag: str | None
    variant: str | None
    share: float
    error_rate: float
    slowness: float


def _of_all(service: str, at: datetime, stages: Iterable[Stage], pains: Iterable[_Pain]) -> _Traffic:
    error_rate, slowness = _ERROR_RATE + _pain_at(pains, at), 1.0
    for stage in stages:
        if stage.cause is not None and stage.begins_at <= at < stage.ends_at:
            treated = stage.percentage / 100
            error_rate += treated * stage.excess if stage.cause is Cause.ERROR_RATE else 0
            slowness += treated * (stage.excess - 1) if stage.cause is Cause.LATENCY else 0
    return _Traffic(service, None, None, 1.0, error_rate, slowness)


def _of_arm(stage: Stage, variant: str, share: float, at: datetime, pains: Iterable[_Pain]) -> _Traffic:
    is_hurt = variant == "on" and stage.cause is not None
    error_rate, slowness = _ERROR_RATE + _pain_at(pains, at), 1.0
    if is_hurt and stage.cause is Cause.ERROR_RATE:
        error_rate += stage.excess
    elif is_hurt:
        slowness = stage.excess
    return _Traffic(stage.service, stage.flag, variant, share, error_rate, slowness)


def _reading(dice: Dice, at: datetime, traffic: _Traffic) -> Reading:
    part = dice.of(int(at.timestamp()))
    # The load goes with the local noon of most users, and tells a little on the latency.
    load = _NIGHT + (1 - _NIGHT) * (0.5 - 0.5 * math.cos(2 * math.pi * (at.hour + at.minute / 60) / 24))
    load *= _WEEKEND if at.weekday() > 4 else 1
    requests = round(_REQUESTS * load * traffic.share * part.spread(1, 0.05))
    errors = min(_count(part, requests * traffic.error_rate), requests)
    median = _MEDIAN * part.spread(1 + 0.1 * load, 0.03) * (1 + 0.2 * (traffic.slowness - 1))
    slow = _SLOW * part.spread(1 + 0.1 * load, 0.04) * traffic.slowness
    seen = Reading(traffic.service, traffic.flag, traffic.variant, at, int(BUCKET.total_seconds()), requests, errors,
                   (round(median, 4), round(slow, 4)))  # fmt: skip
    # Nobody was in that arm just then: nothing failed, and nothing was slow.
    return seen if requests else replace(seen, latencies=(0.0, 0.0))


def _count(dice: Dice, mean: float) -> int:
    """Draw how often something rare happens, by the Poisson distribution; by the normal one where it is frequent."""
    drawn = dice.unit()
    if mean > 50:
        return max(round(mean + math.sqrt(mean) * _NORMAL.inv_cdf(drawn)), 0)
    count, likely = 0, math.exp(-mean)
    while drawn > likely and count < 200:
        drawn -= likely
        count += 1
        likely *= mean / count
    return count


def _pain_at(pains: Iterable[_Pain], at: datetime) -> float:
    return sum(pain.error_rate for pain in pains if pain.begins_at <= at < pain.ends_at)


def _pains(company: Company) -> dict[str, tuple[_Pain, ...]]:
    """Return what hurt each service as a whole."""
    found: dict[str, list[_Pain]] = {}
    # What a flag did shows in its own arm, and not in the whole service.
    for one in (found for found in company.incidents if not found.flag):
        if one.kind == "availability":
            ended = one.resolved_at or company.ends_at
            pain = _Pain(one.opened_at - _IS_NOTICED_AFTER, ended, _INCIDENT_HURTS)
            found.setdefault(one.service, []).append(pain)
    for deployment in company.deployments:
        if not deployment.is_success:
            pain = _Pain(deployment.created_at, deployment.finished_at, _DEPLOYMENT_HURTS)
            found.setdefault(deployment.service, []).append(pain)
    return {service: tuple(pains) for service, pains in found.items()}


def _around(pains: Iterable[_Pain]) -> Iterator[tuple[datetime, datetime]]:
    for pain in pains:
        yield pain.begins_at - timedelta(hours=1), min(pain.ends_at, pain.begins_at + timedelta(days=1)) + 2 * BUCKET


def _buckets(
    windows: Iterable[tuple[datetime, datetime]], begins_at: datetime, ends_at: datetime
) -> Iterator[datetime]:
    """Yield the beginnings of the buckets that lie whole in a window, each once."""
    size = int(BUCKET.total_seconds())
    found = set[int]()
    for begin, end in windows:
        first = -(-int(max(begin, begins_at).timestamp()) // size)
        last = int(min(end, ends_at).timestamp()) // size
        found.update(range(first, last))
    for number in sorted(found):
        yield datetime.fromtimestamp(number * size, UTC)
