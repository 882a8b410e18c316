"""Shows the demo company's tickets as a Jira Cloud site has them at a moment."""

from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from pipelines.company import Company
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.demo_abandoned import show_abandoned
from pipelines.sources.jira.demo_board import SITE, Board
from pipelines.sources.jira.demo_stories import show_stories
from pipelines.sources.jira.demo_tickets import show_tickets
from pipelines.sources.jira.server import serve
from pipelines.sources.jira.server.store import Store
from pipelines.sources.played import Demo, Played

__all__ = ["DEMO", "SITE", "site"]

_FIELDS = {"customfield_10016": "Story point estimate", "customfield_10020": "Sprint"}
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played


def site(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the site with every ticket that exists by then, as it stands then."""
    store, board = Store(SITE, tokens=tokens, names=_FIELDS), Board(company, as_of)
    store.statuses = board.statuses()
    show_stories(board, store)
    show_tickets(board, store)
    show_abandoned(board, store)
    return store


class _Demo:
    """The company's tracker. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the site."""
        table = {"host": SITE, "email": "demo@acme.example", "projects": [team.project for team in company.teams]}
        signed = JiraConnection(url=SITE, email="demo@acme.example", token=SecretStr(_TOKEN)).authorization
        return Played(serve(site(company, as_of, tokens={signed})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()
