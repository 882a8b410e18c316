"""Whom an environment's strategies let through. Strategies are tried one by one, and any of them is enough.

A share is known where chance alone decides: `flexibleRollout` and its older kin without constraints. What a strategy
does for named people or for a segment is no share; what it does for a country or an app version is one that nobody
here can know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.values import number, rows, text

Strategy = Mapping[str, Any]

# The parameter that holds the share, by the strategy's name.
_SHARES = {
    "flexibleRollout": "rollout",
    "gradualRolloutUserId": "percentage",
    "gradualRolloutSessionId": "percentage",
    "gradualRolloutRandom": "percentage",
}
_NAMED_PEOPLE = "userWithId"
_EVERYBODY = "default"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an environment lets through while it is on.

    Attributes:
        percentage: of the people whom no rule names, 0 to 100; None: unknown, and `reason` says why.
        draws: by what people are drawn, as group and stickiness; another draw lets others through.
    """

    percentage: float | None
    reason: str | None = None
    people: int | None = None
    segments: tuple[str, ...] = ()
    draws: frozenset[tuple[str, ...]] = frozenset()


@dataclass(slots=True)
class _Sum:
    """What is known after some strategies."""

    shares: dict[tuple[str, ...], float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    people: int | None = None
    segments: list[str] = field(default_factory=list)

    def name(self, count: int) -> None:
        self.people = (self.people or 0) + count


def reach_of(strategies: Iterable[Strategy], segments: Mapping[str, str]) -> Reach:
    """Return whom these strategies let through together.

    Args:
        strategies: of one environment.
        segments: names of segments, by id.
    """
    found, every = _Sum(), list(strategies)
    for strategy in every:
        if strategy.get("disabled") is not True:
            _add(found, strategy, segments)
    if not every:
        # A server that does not put a strategy in by itself lets everybody through.
        found.shares[()] = 100
    percentage, reason = _together(found)
    draws = frozenset(draw for draw, share in found.shares.items() if draw and share > 0)
    return Reach(percentage, reason, found.people, tuple(dict.fromkeys(found.segments)), draws)


def segment_ids(strategy: Strategy) -> list[str]:
    """Return the ids of the segments that a strategy asks for."""
    listed = strategy.get("segments")
    return [str(one) for one in listed if isinstance(one, int | str)] if isinstance(listed, list) else []


def _together(found: _Sum) -> tuple[float | None, str | None]:
    positive = {draw: share for draw, share in found.shares.items() if share > 0}
    if any(share >= 100 for share in positive.values()):
        return 100, None
    if found.reasons:
        return None, found.reasons[0]
    if len(positive) > 1:
        return None, "several strategies draw people by different groups or stickiness"
    return max(positive.values(), default=0), None


def _add(found: _Sum, strategy: Strategy, segments: Mapping[str, str]) -> None:
    name, parameters = text(strategy.get("name")) or "unknown", mapping_of(strategy.get("parameters"))
    named = segment_ids(strategy)
    constraints = list(rows(strategy.get("constraints")))
    listed = [_people(constraint) for constraint in constraints]
    if name == _NAMED_PEOPLE and not constraints and not named:
        found.name(_count(parameters.get("userIds")))
    elif named:
        found.segments += [segments.get(one, one) for one in named]
    elif constraints and all(count is not None for count in listed):
        # Each must hold, so the shortest list bounds them all.
        found.name(min(count for count in listed if count is not None))
    elif constraints:
        contexts = sorted({text(one.get("contextName")) or "unknown" for one in constraints})
        _unknown(found, parameters.get(_SHARES.get(name, "")), f"a strategy asks for {', '.join(contexts)}")
    elif name == _EVERYBODY:
        found.shares[()] = 100
    elif name in _SHARES:
        _share(found, name, parameters)
    else:
        found.reasons.append(f"the strategy {name} decides in its own way")


def _share(found: _Sum, name: str, parameters: Mapping[str, Any]) -> None:
    share = number(parameters.get(_SHARES[name]))
    if share is None or not 0 <= share <= 100:
        found.reasons.append(f"a strategy {name} tells no share between 0 and 100")
        return
    stickiness = text(parameters.get("stickiness")) or name
    draw = (text(parameters.get("groupId")) or "", stickiness)
    found.shares[draw] = max(share, found.shares.get(draw, 0))


def _unknown(found: _Sum, share: Any, reason: str) -> None:
    # A constrained strategy that lets nobody through adds nobody.
    if number(share) != 0:
        found.reasons.append(reason)


def _people(constraint: Mapping[str, Any]) -> int | None:
    """Return how many single people a constraint names, None where it does something else."""
    is_list = constraint.get("contextName") == "userId" and constraint.get("operator") == "IN"
    return _count(constraint.get("values")) if is_list and not constraint.get("inverted") else None


def _count(listed: Any) -> int:
    """Return the length of a list that may be text, or that was counted before it was kept."""
    if isinstance(listed, dict):
        return int(number(listed.get("count")) or 0)
    if isinstance(listed, list):
        return len(listed)
    return len([one for one in (text(listed) or "").split(",") if one.strip()])
