"""Shows the demo company's code as GitHub has it at a moment: pull requests, the default branch, deployments, runs."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.clock import now
from pipelines.company import Company
from pipelines.sources.github.demo_changes import show_changes
from pipelines.sources.github.demo_delivery import show_delivery
from pipelines.sources.github.demo_repository import Shown
from pipelines.sources.github.server import serve
from pipelines.sources.github.server.store import Store
from pipelines.sources.played import Demo, Played

_TOKEN = "ghp_demo"  # noqa: S105 - of a vendor that is played


def hub(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the repositories with all that had happened by then."""
    store = Store(tokens=tokens)
    for place, team in enumerate(company.teams, 1):
        shown = Shown(company, team, place, as_of)
        show_changes(shown)
        show_delivery(shown)
        store.repositories[team.repository] = shown.rows
    return store


class _Demo:
    """The company's forge. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the forge."""
        table: dict[str, Any] = {"host": "github.com", "repositories": [team.repository for team in company.teams]}
        if (past := (now() - as_of).days) > 0:
            # The jobs of the last months of a story that ended long ago, as of one that ends today.
            table["job_days"] = past + 91
        return Played(serve(hub(company, as_of, tokens={_TOKEN})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()
