"""Issues of a code host. They matter for incidents; a pull request, though listed, is none."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload


class Issue(Payload):
    """`issue.closed` and `issue.reopened`: which issue a fact is about."""

    repository: str
    number: int


class IssueOpened(Issue):
    """`issue.opened`."""

    title: str | None = None


class IssueLabeled(Issue):
    """`issue.labeled`."""

    label: str


class IssueUpdated(Issue):
    """`issue.updated`: the state by the newest version."""

    title: str | None = None
    state: Literal["open", "closed"]
    labels: list[str] = Field(default_factory=list)
    body: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    closed_at: Moment | None = None
    url: str | None = None


EVENTS = (
    EventType("issue.opened", IssueOpened, "An issue was opened in a repository."),
    EventType("issue.closed", Issue, "An issue was closed."),
    EventType("issue.reopened", Issue, "A closed issue was opened again."),
    EventType("issue.labeled", IssueLabeled, "A label was put on an issue."),
    EventType("issue.updated", IssueUpdated, "An issue stands as its newest version says."),
)
