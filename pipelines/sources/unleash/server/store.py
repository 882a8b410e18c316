"""What a played Unleash holds: flags with their environments, and the events of all that was done to them.

Each change writes what a real server wrote for it: a default strategy with the first switch, the end of the last
strategy with a switch off, nothing at all for what reviving turns off.
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.sources.base import mapping_of

Row = dict[str, Any]


@dataclass(slots=True)
class Quirks:
    """How this server misbehaves.

    Attributes:
        most_per_page: however many events are asked for.
    """

    most_per_page: int = 1_000


@dataclass(slots=True)
class Store:
    """A server.

    Attributes:
        features: flags that are not archived, by name, as `GET …/features/{name}` shows them; `archived` holds others.
        events: oldest first.
        environments: kinds of environments, by name.
        segments: as the server lists them.
        at: the moment of what happens next.
    """

    site: str = "unleash.acme.example"
    features: dict[str, Row] = field(default_factory=dict)
    archived: dict[str, Row] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    environments: dict[str, str] = field(default_factory=lambda: {"development": "development"})
    segments: list[Row] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    quirks: Quirks = field(default_factory=Quirks)
    at: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    project: str = "default"

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = ()) -> "Store":
        """Fill a server from one folder of the layout that `storyline replay unleash` reads."""

        def rows(name: str) -> list[Row]:
            content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            return list(content[name] if isinstance(content, dict) else content)

        store = cls(tokens=set(tokens), segments=rows("segments"))
        store.features = {row["name"]: row for row in rows("features")}
        store.environments = {row["name"]: row["type"] for row in rows("environments")}
        store.events = sorted(rows("events"), key=lambda row: row["id"])
        return store

    @property
    def projects(self) -> list[str]:
        """The projects that anything happened in."""
        return sorted({self.project, *(str(row["project"]) for row in self.events if row.get("project"))} - {"*"})

    def write(self, kind: str, name: str | None, environment: str | None = None, **told: Any) -> None:
        """Write an event, by whoever acts."""
        number = self.events[-1]["id"] + 1 if self.events else 1
        self.events.append(
            {
                "id": number,
                "type": kind,
                "createdBy": "ann@example.com",
                "createdAt": stamp(self.at),
                "createdByUserId": 2,
                # As it was then: the flag goes on changing.
                "data": deepcopy(told.get("data")),
                "preData": deepcopy(told.get("before")),
                "tags": [],
                "featureName": name,
                "project": self.project,
                "environment": environment,
                "label": kind,
                "summary": f"**ann** changed **[{name}](https://{self.site}/projects/{self.project}/features/{name})**",
            }
        )

    def create(self, name: str, **properties: Any) -> None:
        """Make a flag, off everywhere."""
        told = {"name": name, "description": None, "type": "release", "project": self.project, "stale": False}
        told |= {"createdAt": stamp(self.at), "lastSeenAt": None, "impressionData": False, "archived": False}
        told |= properties
        environments = [
            {"name": place, "type": kind, "enabled": False, "sortOrder": order, "strategies": []}
            for order, (place, kind) in enumerate(self.environments.items())
        ]
        self.features[name] = {**told, "environments": environments, "variants": [], "dependencies": [], "links": []}
        self.write("feature-created", name, data=told)

    def add(self, flag: str, environment: str, **strategy: Any) -> str:
        """Put a strategy into an environment and return its id."""
        held = self._environment(flag, environment)
        number = sum(row["type"] == "feature-strategy-add" for row in self.events) + 1
        whole = _strategy(f"00000000-0000-4000-8000-{number:012}", len(held["strategies"]), strategy)
        held["strategies"].append(whole)
        self.write("feature-strategy-add", flag, environment, data=whole)
        return str(whole["id"])

    def update(self, flag: str, environment: str, strategy_id: str, **strategy: Any) -> None:
        """Change what a strategy says; of what is left out the server keeps what was there."""
        held = self._environment(flag, environment)
        place = next(place for place, row in enumerate(held["strategies"]) if row["id"] == strategy_id)
        before = held["strategies"][place]
        after = held["strategies"][place] = {**before, **strategy}
        self.write("feature-strategy-update", flag, environment, data=after, before=before)
        self._end(held, flag, environment)

    def remove(self, flag: str, environment: str, strategy_id: str) -> None:
        """Take a strategy away."""
        held = self._environment(flag, environment)
        before = next(row for row in held["strategies"] if row["id"] == strategy_id)
        held["strategies"].remove(before)
        self._end(held, flag, environment)
        self.write("feature-strategy-remove", flag, environment, before=before)

    def turn(self, name: str, environment: str, *, on: bool) -> None:
        """Turn a flag on or off in an environment."""
        held = self._environment(name, environment)
        if held["enabled"] == on:
            return
        if on and not any(not row["disabled"] for row in held["strategies"]):
            parameters = {"rollout": "100", "stickiness": "default", "groupId": name}
            self.add(name, environment, name="flexibleRollout", parameters=parameters)
        held["enabled"] = on
        self.write(f"feature-environment-{'enabled' if on else 'disabled'}", name, environment)

    def archive(self, name: str) -> None:
        """Put a flag away."""
        self.archived[name] = self.features.pop(name)
        self.write("feature-archived", name)

    def revive(self, name: str) -> None:
        """Take a flag out of the archive: it is off everywhere then."""
        self.features[name] = self.archived.pop(name)
        for held in self.features[name]["environments"]:
            held["enabled"] = False
        self.write("feature-revived", name)

    def delete(self, name: str) -> None:
        """Take an archived flag away for good."""
        before = self.archived.pop(name)
        self.write("feature-deleted", name, before={key: before[key] for key in ("name", "type", "project")})

    def segment(self, name: str, *people: str) -> int:
        """Make a segment of people and return its id."""
        number = len(self.segments) + 1
        constraints = [{"contextName": "userId", "operator": "IN", "values": list(people)}]
        self.segments.append({"id": number, "name": name, "constraints": constraints, "createdAt": stamp(self.at)})
        return number

    def _environment(self, flag: str, environment: str) -> Row:
        return next(row for row in self.features[flag]["environments"] if row["name"] == environment)

    def _end(self, held: Row, flag: str, environment: str) -> None:
        """Turn the flag off where no strategy counts any more."""
        if held["enabled"] and all(row["disabled"] for row in held["strategies"]):
            held["enabled"] = False
            self.write("feature-environment-disabled", flag, environment)


def _strategy(strategy_id: str, order: int, told: Mapping[str, Any]) -> Row:
    usual: Row = {"title": None, "disabled": False, "constraints": [], "variants": [], "segments": []}
    return {"id": strategy_id, "sortOrder": order, **usual, **told, "parameters": dict(mapping_of(told["parameters"]))}


def stamp(at: datetime) -> str:
    """Write a moment as the server does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1_000:03}Z"
