"""What a played Split holds: flags of workspaces, and how each stands in each environment. It remembers no past."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(slots=True)
class Quirks:
    """How this Split misbehaves.

    Attributes:
        most_per_page: however many rows are asked for.
    """

    most_per_page: int = 50


@dataclass(slots=True)
class Store:
    """An account.

    Attributes:
        workspaces: names, by id.
        environments: by workspace and id.
        flags: by workspace and name.
        definitions: by workspace, environment and name.
        tokens: what is taken in the header of a request that signs it in.
        at: the moment of what happens next.
    """

    workspaces: dict[str, str] = field(default_factory=dict)
    environments: dict[str, dict[str, Row]] = field(default_factory=dict)
    flags: dict[str, dict[str, Row]] = field(default_factory=dict)
    definitions: dict[tuple[str, str], dict[str, Row]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    quirks: Quirks = field(default_factory=Quirks)
    at: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = ()) -> "Store":
        """Fill an account from one folder of the layout that `storyline replay split` reads, a single poll."""

        def read(name: str) -> Row:
            return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))

        store = cls(tokens=set(tokens))
        for workspace, rows in read("environments").items():
            store.workspaces[workspace] = f"Workspace {workspace}"
            store.environments[workspace] = {row["id"]: row for row in rows}
        for workspace, rows in read("splits").items():
            store.flags[workspace] = {row["name"]: row for row in rows if row.get("name")}
        for workspace, by_environment in read("definitions").items():
            for environment, rows in by_environment.items():
                store.definitions[workspace, environment] = {row["name"]: row for row in rows if row.get("name")}
        return store

    def create(self, workspace: str, name: str, **properties: Any) -> None:
        """Make a flag, in no environment yet."""
        row = {"id": f"id-{name}", "name": name, "description": "", "tags": [], "creationTime": stamp(self.at)}
        row |= {"trafficType": {"id": "tt-user", "name": "user"}, "owners": [], **properties}
        self.flags.setdefault(workspace, {})[name] = row

    def define(self, workspace: str, environment: str, name: str, **changed: Any) -> None:
        """Add a flag to an environment, or change how it stands there."""
        held = self.definitions.setdefault((workspace, environment), {})
        place = self.environments[workspace][environment]
        before = held.get(name) or {
            "name": name,
            "environment": {"id": environment, "name": place["name"]},
            "trafficType": {"id": "tt-user", "name": "user"},
            "killed": False,
            "treatments": [{"name": "on", "description": ""}, {"name": "off", "description": ""}],
            "defaultTreatment": "off",
            "baselineTreatment": "off",
            "trafficAllocation": 100,
            "rules": [],
            "defaultRule": [{"treatment": "off", "size": 100}],
            "creationTime": stamp(self.at),
        }
        held[name] = {**before, **changed, "lastUpdateTime": stamp(self.at)}

    def remove(self, workspace: str, environment: str, name: str) -> None:
        """Take a flag out of an environment."""
        del self.definitions[workspace, environment][name]

    def delete(self, workspace: str, name: str) -> None:
        """Take a flag away for good."""
        del self.flags[workspace][name]
        for (of, _), held in self.definitions.items():
            if of == workspace:
                held.pop(name, None)


def stamp(at: datetime) -> int:
    """Write a moment as the service does."""
    return round(at.timestamp() * 1_000)
