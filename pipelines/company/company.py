"""The company as a whole: how large it is drawn, and all that ever happens in it."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.company.facts import Deployment, Mistake, PullRequest, Story, Team
from pipelines.company.operations import Build, Incident, SupportTicket


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a company is drawn."""

    teams: int
    months: int
    stories: int

    @classmethod
    def small(cls) -> "Scale":
        """For tests: a second."""
        return cls(teams=2, months=4, stories=24)

    @classmethod
    def demo(cls) -> "Scale":
        """The demo's own: eighteen months."""
        return cls(teams=5, months=18, stories=300)


@dataclass(frozen=True, slots=True)
class Company:
    """All that ever happens in the company, oldest story first.

    Attributes:
        ends_at: the end of its story; what is drawn beyond it has not happened for anyone who looks then.
        ai_tools_at: since when the AI tools are there.
        mistakes: tickets that are deleted again.
        strays: pull requests that belong to no story.
        builds: CI runs by attempt, oldest first.
    """

    seed: int
    begins_at: datetime
    ends_at: datetime
    ai_tools_at: datetime
    teams: tuple[Team, ...]
    stories: tuple[Story, ...]
    deployments: tuple[Deployment, ...]
    mistakes: tuple[Mistake, ...]
    strays: tuple[PullRequest, ...]
    builds: tuple[Build, ...] = ()
    incidents: tuple[Incident, ...] = ()
    support_tickets: tuple[SupportTicket, ...] = ()
