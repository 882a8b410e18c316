"""The company as a whole: how large it is drawn, and all that ever happens in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.company.abandoned import Abandoned
from pipelines.company.board import Epic, Migration, Renaming, Subtask
from pipelines.company.branches import merge_sha
from pipelines.company.effects import Effect
from pipelines.company.facts import Deployment, GivenUp, Mistake, PullRequest, Story, Team
from pipelines.company.operations import Build, Incident, SupportTicket


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a company is drawn.

    Attributes:
        users: of the product, all who ever sign up.
        product_events: about so many are uploaded in its life, doubled deliveries among them.
        tickets_a_day: that users ask for help with, at the end of its story.
    """

    teams: int
    months: int
    stories: int
    users: int = 0
    product_events: int = 0
    tickets_a_day: float = 0.0

    @classmethod
    def small(cls) -> "Scale":
        """For tests: a second."""
        return cls(teams=2, months=4, stories=24, users=400, product_events=9_000, tickets_a_day=3.0)

    @classmethod
    def demo(cls) -> "Scale":
        """The demo's own: eighteen months."""
        return cls(teams=5, months=18, stories=300, users=20_000, product_events=1_000_000, tickets_a_day=14.0)

    @classmethod
    def large(cls) -> "Scale":
        """For measurements: what users do is too much to be held at once."""
        return cls(teams=5, months=18, stories=300, users=200_000, product_events=24_000_000, tickets_a_day=40.0)


@dataclass(frozen=True, slots=True)
class Company:
    """All that ever happens in the company, oldest story first.

    Attributes:
        ends_at: the end of its story; what is drawn beyond it has not happened for anyone who looks then.
        ai_tools_at: since when the AI tools are there.
        mistakes: tickets that are deleted again.
        abandoned: tickets that nobody will do.
        strays: pull requests that belong to no story.
        given_up: pull requests that were closed without a merge.
        builds: CI runs by attempt, oldest first.
        incidents: oldest first.
        renamings: of statuses, as they are called today.
        migrations: of all tickets of a team from one status to another, of which no history tells.
        touches: the services whose files a pull request touches, by its merge.
        effects: what each feature behind a flag truly does to who gets it.
        scale: how large it was drawn.
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
    epics: tuple[Epic, ...] = ()
    subtasks: tuple[Subtask, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    migrations: tuple[Migration, ...] = ()
    touches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    abandoned: tuple[Abandoned, ...] = ()
    scale: Scale = field(default_factory=Scale.small)

    def pull_requests(self, repository: str) -> list[PullRequest]:
        """Return the pull requests of a repository, each once, in the order in which they were opened."""
        pulls = [*self.strays, *(pull for story in self.stories for pull in story.pull_requests)]
        found = {merge_sha(pull): pull for pull in pulls if pull.repository == repository}
        return [pull for _, pull in sorted(found.items(), key=lambda pair: (pair[1].opened_at, pair[0]))]
