"""What a played Sentry holds: projects, sessions by hour, and issues as its API tells each alone."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.clock import parse_time

Row = dict[str, Any]
# A project's number, a release and an environment.
Series = tuple[int, str, str]


@dataclass(slots=True)
class Store:
    """One organization.

    Attributes:
        tokens: that are let in.
        projects: number by slug.
        sessions: by series and hour: how many, and the share that was free of crashes.
        most_points: that an answer on sessions holds; further groups are left out without a word.
        most_per_page: of a list of issues, however many are asked for.
    """

    organization: str
    tokens: set[str] = field(default_factory=set)
    projects: dict[str, int] = field(default_factory=dict)
    sessions: dict[Series, dict[datetime, tuple[int, float]]] = field(default_factory=dict)
    issues: dict[str, Row] = field(default_factory=dict)
    most_points: int = 10_000
    most_per_page: int = 100

    def record(self, folder: Path) -> None:
        """Add what was recorded."""

        def rows(name: str) -> Any:
            file = folder / name
            return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []

        self.projects |= {row["slug"]: int(row["id"]) for row in rows("projects.json")}
        self.issues |= {row["id"]: row for row in rows("issues.json") if isinstance(row, dict) and row.get("id")}
        answers = rows("sessions.json")
        for answer in answers if isinstance(answers, list) else [answers]:
            for group in answer.get("groups", ()):
                self._add([parse_time(at) for at in answer["intervals"]], group)

    def _add(self, hours: list[datetime], group: Row) -> None:
        by, series = group["by"], group["series"]
        key = (int(by.get("project") or 0), by.get("release") or "", by.get("environment") or "")
        kept = self.sessions.setdefault(key, {})
        for at, count, rate in zip(hours, series["sum(session)"], series["crash_free_rate(session)"], strict=True):
            if int(count):
                kept[at] = (int(count), float(rate))
