"""What a played PagerDuty holds: incidents and services as its REST API has them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(slots=True)
class Store:
    """One account.

    Attributes:
        tokens: that are let in.
        most_per_page: of a list, however many are asked for.
        most_listed: offset and limit together may not be more.
    """

    host: str
    tokens: set[str] = field(default_factory=set)
    incidents: dict[str, Row] = field(default_factory=dict)
    services: dict[str, Row] = field(default_factory=dict)
    most_per_page: int = 100
    most_listed: int = 10_000

    def put(self, incident: Row) -> None:
        """Add or replace an incident; its service becomes known."""
        self.incidents[str(incident["id"])] = incident
        service = incident.get("service")
        if isinstance(service, dict) and service.get("id"):
            known = {"type": "service", "name": service.get("summary"), "status": "active"}
            self.services[service["id"]] = service | known

    def record(self, folder: Path) -> None:
        """Add what was recorded; what has no id or time cannot be listed."""
        for row in json.loads((folder / "incidents.json").read_text(encoding="utf-8")):
            if isinstance(row, dict) and row.get("id") and row.get("created_at"):
                self.put(row)
