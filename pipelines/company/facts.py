"""What happens in the company, as plain facts. All moments are aware UTC and whole seconds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pipelines.company.ticket_facts import AiSign, SpecDocument, Transfer


class Status(StrEnum):
    """Where a ticket stands, in the order of the board; of what nobody will do, some boards make a column as well."""

    BACKLOG = "Backlog"
    SPEC = "Spec"
    READY = "Ready"
    IN_PROGRESS = "In Progress"
    IN_REVIEW = "In Review"
    DONE = "Done"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here, or a bot.

    Attributes:
        login: of the forge; `key` names the person in every fact.
        away: days of leave, both ends included.
    """

    key: str
    name: str
    email: str
    login: str
    time_zone: str
    is_bot: bool = False
    away: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A team, the project of its tickets and the repository of its service."""

    key: str
    name: str
    project: str
    repository: str
    members: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Interview:
    """A talk with a user."""

    key: str
    held_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket came into a status."""

    at: datetime
    status: Status
    by: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a branch, or of the default branch."""

    sha: str
    parents: tuple[str, ...]
    authored_at: datetime
    committed_at: datetime
    author: str
    message: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review: `approved`, `changes_requested` or `commented`."""

    at: datetime
    by: str
    state: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request and how it ended.

    Attributes:
        ready_at: when it left draft, None where it was never one.
        merge_method: `squash`, `merge` or `rebase`.
        repair: `hotfix`, `revert` or `incident fix`, None where it repairs nothing.
        repairs: the merge of the pull request that it names as broken, None where it names none.
        fixes: the incident that it says it fixes.
        rewritten_at: when its branch was rewritten after the review; `commits_before` were there until then.
        footer: what a tool left below its description.
        base: the branch that it is merged into.
    """

    repository: str
    branch: str
    title: str
    author: str
    opened_at: datetime
    ready_at: datetime | None
    commits: tuple[Commit, ...]
    reviews: tuple[Review, ...]
    merged_at: datetime
    merged_by: str
    merge_method: str
    labels: tuple[str, ...] = ()
    repair: str | None = None
    repairs: str | None = None
    fixes: str | None = None
    rewritten_at: datetime | None = None
    commits_before: tuple[Commit, ...] = ()
    footer: str = ""
    base: str = "main"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A pull request that was closed without a merge.

    Attributes:
        instead: the merge of the one that came in its place, None where nobody wanted it any more.
    """

    pull: PullRequest
    closed_at: datetime
    instead: str | None


@dataclass(frozen=True, slots=True)
class FlagStep:
    """A share of an environment's users that a flag reaches from a moment on; `internal` are our own people alone."""

    at: datetime
    environment: str
    percentage: float
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A feature flag and its whole rollout."""

    key: str
    story: str
    steps: tuple[FlagStep, ...]
    has_holdback: bool = False


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment: it succeeds, or it fails and another follows.

    Attributes:
        pulls: the merges that touch this service and were in its production with it for the first time.
        attempt_of: the deployment that first tried this commit, itself where it did.
        heals: the deployment whose harm ends with it; `is_rollback` where it does so by putting an older commit there.
    """

    key: str
    service: str
    environment: str
    sha: str
    created_at: datetime
    finished_at: datetime
    is_success: bool
    pulls: tuple[str, ...] = ()
    attempt_of: str = ""
    heals: str | None = None
    is_rollback: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """A ticket that somebody made by mistake and deleted some time after."""

    key: str
    title: str
    team: str
    created_at: datetime
    deleted_at: datetime
    reporter: str


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket and all that came of it.

    Attributes:
        size: story points.
        is_ai_assisted: whether it was written with the AI tools; `ai_sign` is what of that can be seen.
        moves: into each status, creation apart, oldest first.
        interview: None where nobody was asked.
        pull_requests: oldest first, with those that came later and name it: follow-ups, reverts, hotfixes.
        learned_from: the story whose learning it came from.
        transfer: its move to another project; pull requests and interviews go on naming the first key.
    """

    key: str
    title: str
    type: str
    team: str
    size: int
    created_at: datetime
    reporter: str
    assignee: str
    is_ai_assisted: bool
    interview: Interview | None
    moves: tuple[Move, ...]
    pull_requests: tuple[PullRequest, ...]
    flag: Flag | None
    ai_sign: AiSign = AiSign.NONE
    sprint: str | None = None
    spec: SpecDocument | None = None
    learned_from: str | None = None
    transfer: Transfer | None = None

    def key_at(self, as_of: datetime) -> str:
        """Return the key that the ticket has at a moment."""
        return self.transfer.key if self.transfer and self.transfer.at <= as_of else self.key
