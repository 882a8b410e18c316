"""How a flag stood after each of its events: a state that is replayed, since an event tells no more than one strategy.

The server writes several events in one transaction, as a default strategy and the switch that put it there. They bear
one moment, and only what stands at its end was ever seen by anybody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from pipelines.events.envelope import MappingError
from pipelines.sources.base import mapping_of
from pipelines.sources.unleash.reach import Reach, Strategy, reach_of
from pipelines.sources.unleash.values import whole
from pipelines.sources.values import moment, rows, text

# Servers before environments came told the whole flag in one event.
_ONLY_ENVIRONMENT = "default"
_PLANS = ("release-plan-", "milestone-progression-")
# What happens to many flags of a project in an environment, in one event that names none of them.
OF_A_PROJECT = frozenset({"project-environment-removed", "project-environment-added", "features-imported"})
# Requests for a change, which say nothing of the flag until they are applied; then the server tells the change itself.
_ONLY_ASKED = ("change-", "approval-")


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the server's.

    Attributes:
        before: what it tells of the time before it.
    """

    number: int
    kind: str
    at: datetime
    actor: str | None
    environment: str | None
    project: str | None
    data: Mapping[str, Any]
    before: Mapping[str, Any]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """How a flag stands in an environment; `is_on` is None where no event told."""

    is_on: bool | None
    reach: Reach
    prerequisites: tuple[str, ...] = ()


@dataclass(slots=True)
class Environment:
    """What the events told of one environment so far."""

    is_on: bool | None = False
    strategies: dict[str, Strategy] = field(default_factory=dict)
    is_planned: bool = False


def told_of(name: str, events: Any) -> list[Told]:
    """Return a flag's events in the order of their ids, each once.

    Raises:
        MappingError: one has no id or no time.
    """
    by_number: dict[int, Told] = {}
    for row in rows(events):
        number = whole(row.get("id"))
        if number is None:
            raise MappingError(f"an event of {name} has no id")
        by_number[number] = Told(
            number=number,
            kind=text(row.get("type")) or "unknown",
            at=moment(row.get("createdAt"), f"the time of event {number} of {name}"),
            actor=text(row.get("createdBy")),
            environment=text(row.get("environment")),
            project=text(row.get("project")),
            data=mapping_of(row.get("data")),
            before=mapping_of(row.get("preData")),
            tags=tuple(tag for one in rows(row.get("tags")) if (tag := tag_of(one)) is not None),
        )
    return [by_number[number] for number in sorted(by_number)]


def tag_of(row: Mapping[str, Any]) -> str | None:
    """Return a tag as people read it: its value, and before it its type where that is not the usual one."""
    kind, value = text(row.get("type")), text(row.get("value"))
    return value if kind in (None, "simple") or value is None else f"{kind}:{value}"


def transactions(told: Iterable[Told]) -> Iterator[list[Told]]:
    """Yield the events that bear one moment together."""
    for _, group in groupby(told, key=lambda one: one.at):
        yield list(group)


class Timeline:
    """A flag being replayed.

    Args:
        segments: names of segments, by id.
        is_whole: whether its events begin with its creation; else what came before them is unknown.
    """

    def __init__(self, segments: Mapping[str, str], *, is_whole: bool) -> None:
        self.environments: dict[str, Environment] = {}
        self._segments, self._is_whole = segments, is_whole
        self._prerequisites: list[str] = []

    def stand(self, environment: str) -> Stand:
        """Return how the flag stands in an environment as far as its events tell."""
        known = self.environments.get(environment) or self._new()
        reach = reach_of(known.strategies.values(), self._segments)
        if known.is_planned:
            reach = replace(reach, percentage=None, reason="a release plan decides who gets it")
        elif not self._is_whole:
            reach = replace(reach, percentage=None, reason="its history does not begin with its creation")
        elif not known.strategies:
            reach = Reach(None, "no event tells of a strategy")
        return Stand(known.is_on, reach, tuple(self._prerequisites))

    def begin(self, together: Iterable[Told]) -> None:
        """Begin a transaction. An import takes the strategies away that were there, and writes no event of that."""
        told = list(together)
        imported = {one.environment for one in told if one.kind == "features-imported"}
        for name in {one.environment for one in told if one.kind == "feature-strategy-add"} & imported:
            if name in self.environments:
                self.environments[name].strategies.clear()

    def apply(self, one: Told) -> set[str]:
        """Take an event in; return the environments in which it may have changed something."""
        match one.kind:
            case "feature-created" | "feature-deleted":
                self.environments, self._prerequisites, self._is_whole = {}, [], True
            case "feature-revived":
                return self._revived()
            case "feature-dependency-added" | "feature-dependency-removed" | "feature-dependencies-removed":
                self._depend(one)
                return set(self.environments)
        if isinstance(one.data.get("strategies"), list) and one.environment is None:
            return self._replaced(one.data)
        if one.environment is None or one.kind.startswith(_ONLY_ASKED):
            return set()
        if one.kind in OF_A_PROJECT:
            return self._left(one.kind, one.environment)
        self._within(self.environments.setdefault(one.environment, self._new()), one)
        return {one.environment}

    def _new(self) -> Environment:
        return Environment(False if self._is_whole else None)

    def _within(self, environment: Environment, one: Told) -> None:
        match one.kind:
            case "feature-environment-enabled":
                environment.is_on = True
            case "feature-environment-disabled":
                environment.is_on = False
            case "feature-strategy-add" | "feature-strategy-update":
                environment.strategies[text(one.data.get("id")) or f"event {one.number}"] = one.data
            case "feature-strategy-remove":
                environment.strategies.pop(text(one.before.get("id")) or text(one.data.get("id")) or "", None)
            case "release-plan-removed":
                environment.is_planned = False
            case kind if kind.startswith(_PLANS):
                environment.is_planned = True

    def _revived(self) -> set[str]:
        # The server turns a flag off everywhere when it takes it out of the archive, and writes no event of it.
        found = {name for name, environment in self.environments.items() if environment.is_on is not False}
        for name in found:
            self.environments[name].is_on = False
        return found

    def _left(self, kind: str, environment: str) -> set[str]:
        # A project that takes an environment up again finds its strategies there, and every flag off.
        known = self.environments.get(environment)
        if kind == "features-imported" or known is None or known.is_on is False:
            return set()
        known.is_on = False
        return {environment}

    def _depend(self, one: Told) -> None:
        parent = text(one.data.get("feature")) or text(one.before.get("feature"))
        if one.kind == "feature-dependencies-removed":
            self._prerequisites = []
            return
        self._prerequisites = [told for told in self._prerequisites if not told.startswith(f"{parent}=")]
        if one.kind == "feature-dependency-added":
            self._prerequisites += prerequisites_of([one.data])

    def _replaced(self, data: Mapping[str, Any]) -> set[str]:
        strategies = {text(row.get("id")) or str(place): row for place, row in enumerate(rows(data.get("strategies")))}
        self.environments[_ONLY_ENVIRONMENT] = Environment(bool(data.get("enabled")), strategies)
        return {_ONLY_ENVIRONMENT}


def prerequisites_of(dependencies: Any) -> list[str]:
    """Return what a flag's parents must serve first, as `flag=variation`."""
    found = []
    for row in rows(dependencies):
        parent = text(row.get("feature"))
        variants = row.get("variants")
        if parent is None:
            continue
        if row.get("enabled") is False:
            found.append(f"{parent}=off")
        elif isinstance(variants, list) and variants:
            found += [f"{parent}={variant}" for variant in variants]
        else:
            found.append(f"{parent}=on")
    return found
