"""What a played LaunchDarkly holds: flags as they stand, and each thing that was ever done to one."""

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.sources.launchdarkly.flags import project_of
from pipelines.sources.launchdarkly.server import shapes
from pipelines.sources.launchdarkly.server.shapes import Done, Json
from pipelines.sources.launchdarkly.values import milliseconds

_DETAIL = ("delta", "previousVersion", "currentVersion", "merge", "triggerBody", "subentries")


@dataclass(slots=True)
class Quirks:
    """How this LaunchDarkly misbehaves.

    Attributes:
        most_per_page: of any list but the audit log, however many are asked for.
        lost_details: ids of entries that are listed and have no address any more.
        ignores_before: the audit log always answers its newest page.
    """

    most_per_page: int = 100
    lost_details: set[str] = field(default_factory=set)
    ignores_before: bool = False


@dataclass(slots=True)
class Store:
    """An account.

    Attributes:
        environments: by project, in order.
        flags: by project, then by key, in the order of their creation.
        entries: the audit log, whole entries, in any order.
        releases: by `project/flag/environment`, newest first.
        now_ms: its clock, for what it forgets; 0: it forgets nothing.
    """

    environments: dict[str, list[Json]] = field(default_factory=dict)
    flags: dict[str, dict[str, Json]] = field(default_factory=dict)
    entries: list[Json] = field(default_factory=list)
    releases: dict[str, list[Json]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    quirks: Quirks = field(default_factory=Quirks)
    now_ms: int = 0

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = ()) -> "Store":
        """Fill an account from one folder of the layout that `storyline replay launchdarkly` reads."""
        store = cls(tokens=set(tokens))
        for row in _listed(folder / "environments.json"):
            project = row["_links"]["self"]["href"].split("/")[4]
            store.environments.setdefault(project, []).append(row)
        for row in _listed(folder / "flags.json"):
            store.flags.setdefault(project_of(row) or "", {})[row["key"]] = row
        store.entries = _listed(folder / "auditlog.json")
        for row in _listed(folder / "releases.json"):
            place = f"{row['projectKey']}/{row['flagKey']}/{row['environmentKey']}"
            store.releases.setdefault(place, []).append(row)
        return store

    def environment_keys(self, project: str) -> list[str]:
        """Return the keys of a project's environments."""
        return [str(one["key"]) for one in self.environments.get(project, [])]

    def create(self, project: str, key: str, name: str, done: Done, **changed: Any) -> Json:
        """Make a flag, off in every environment; return it."""
        names = self.environment_keys(project)
        made = shapes.flag(project, key, name, done.at, names, **changed)
        self.flags.setdefault(project, {})[key] = made
        self.entries.append(shapes.entry(done, project, key, name, names, {"currentVersion": copy.deepcopy(made)}))
        return made

    def configure(self, project: str, key: str, environment: str, done: Done, changed: Mapping[str, Any]) -> None:
        """Change how a flag stands in an environment."""
        flag = self.flags[project][key]
        before = _within(flag, environment)
        config = flag["environments"][environment]
        config |= {**changed, "version": config["version"] + 1, "lastModified": milliseconds(done.at)}
        flag["_version"] += 1
        delta = [
            {"op": "replace", "path": f"/environments/{environment}/{name}", "value": value}
            for name, value in changed.items()
        ]
        versions = {"delta": delta, "previousVersion": before, "currentVersion": _within(flag, environment)}
        self.entries.append(shapes.entry(done, project, key, flag["name"], [environment], versions))

    def update(self, project: str, key: str, done: Done, **changed: Any) -> None:
        """Change what a flag says of itself: its tags, its name, whether it is archived."""
        flag = self.flags[project][key]
        before = copy.deepcopy(flag)
        flag |= {**changed, "_version": flag["_version"] + 1}
        versions = {"previousVersion": before, "currentVersion": copy.deepcopy(flag)}
        names = self.environment_keys(project)
        self.entries.append(shapes.entry(done, project, key, flag["name"], names, versions))

    def delete(self, project: str, key: str, done: Done) -> None:
        """Take a flag away for good."""
        flag = self.flags[project].pop(key)
        names = self.environment_keys(project)
        self.entries.append(
            shapes.entry(done, project, key, flag["name"], names, {"previousVersion": copy.deepcopy(flag)})
        )


def as_listed(entry: Mapping[str, Any]) -> Json:
    """Return an entry as the list shows it: without what changed."""
    return {name: part for name, part in entry.items() if name not in _DETAIL}


def _within(flag: Json, environment: str) -> Json:
    return copy.deepcopy(flag | {"environments": {environment: flag["environments"][environment]}})


def _listed(file: Path) -> list[Json]:
    found: list[Json] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [one for one in found if isinstance(one, dict)]
