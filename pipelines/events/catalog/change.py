"""Pull requests and what happens to them. A change is `owner/repo#number`."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload


class Change(Payload):
    """Which change a fact is about."""

    repository: str
    number: int


class ChangeOpened(Change):
    """`change.opened`; the actor is the author."""

    title: str | None = None
    base_branch: str | None = None
    head_branch: str | None = None


class ChangeUpdated(Change):
    """`change.updated`: the state by the newest version; `merge_sha` only of what was merged.

    `paths` are those of the files that it touches, none where they are not known; of very many, some.
    """

    title: str | None = None
    body: str | None = None
    state: Literal["open", "merged", "closed"]
    is_draft: bool | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    base_branch: str | None = None
    is_default_base: bool | None = None
    merge_sha: str | None = None
    author: str | None = None
    labels: list[str] = Field(default_factory=list)
    paths: list[str] = Field(default_factory=list)
    created_at: Moment | None = None
    updated_at: Moment | None = None
    merged_at: Moment | None = None
    closed_at: Moment | None = None
    url: str | None = None


class ChangeCommitted(Change):
    """`change.committed`: a commit that the change holds; a rebase keeps `authored_at` alone."""

    sha: str
    parents: list[str] = Field(default_factory=list)
    message: str | None = None
    authored_at: Moment | None = None
    committed_at: Moment | None = None
    author: str | None = None


class ChangeReviewed(Change):
    """`change.reviewed`: a submitted review, of the commit `sha`."""

    review_id: str
    state: Literal["approved", "changes_requested", "commented", "dismissed"]
    sha: str | None = None
    url: str | None = None


class ChangeCommented(Change):
    """`change.commented`: a comment on a line (`review_comment`) or in the conversation (`comment`)."""

    comment_id: str
    kind: Literal["review_comment", "comment"]
    url: str | None = None


class ChangeStepped(Change):
    """A step that carries nothing but the vendor's id of it, null where the vendor gives none."""

    event_id: str | None = None


class ChangeForcePushed(ChangeStepped):
    """`change.force_pushed`: the branch was rewritten; `sha` is the commit after it."""

    sha: str | None = None


class ChangeMerged(Change):
    """`change.merged`: `merge_sha` is the merge commit, the squashed commit, or the last rebased one."""

    merge_sha: str | None = None


class ChangeLabeled(ChangeStepped):
    """`change.labeled` and `change.unlabeled`."""

    label: str


class ChangeRenamed(ChangeStepped):
    """`change.renamed`."""

    from_title: str | None = None
    to_title: str | None = None


EVENTS = (
    EventType("change.opened", ChangeOpened, "A pull request was opened.", "dev.cdevents.change.created"),
    EventType(
        "change.updated",
        ChangeUpdated,
        "A pull request stands as its newest version says.",
        "dev.cdevents.change.updated",
    ),
    EventType("change.committed", ChangeCommitted, "A commit was made that the pull request holds."),
    EventType(
        "change.reviewed",
        ChangeReviewed,
        "A pull request was reviewed.",
        "dev.cdevents.change.reviewed",
    ),
    EventType("change.commented", ChangeCommented, "A pull request was commented on."),
    EventType("change.marked_ready", ChangeStepped, "A draft pull request was marked ready for review."),
    EventType("change.converted_to_draft", ChangeStepped, "A pull request went back to being a draft."),
    EventType("change.force_pushed", ChangeForcePushed, "The branch of a pull request was rewritten."),
    EventType("change.merged", ChangeMerged, "A pull request was merged.", "dev.cdevents.change.merged"),
    EventType(
        "change.closed",
        ChangeStepped,
        "A pull request was closed without being merged.",
        "dev.cdevents.change.abandoned",
    ),
    EventType("change.reopened", ChangeStepped, "A closed pull request was opened again."),
    EventType("change.labeled", ChangeLabeled, "A label was put on a pull request."),
    EventType("change.unlabeled", ChangeLabeled, "A label was taken off a pull request."),
    EventType("change.review_requested", ChangeStepped, "Somebody was asked to review a pull request."),
    EventType("change.renamed", ChangeRenamed, "The title of a pull request was changed."),
)
