"""Repositories, the commits of their default branch, and releases."""

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload


class CommitRecorded(Payload):
    """`commit.recorded`: a commit that the default branch holds, with the parents that make the graph."""

    repository: str
    sha: str
    parents: list[str] = Field(default_factory=list)
    message: str | None = None
    authored_at: Moment | None = None
    committed_at: Moment | None = None
    author: str | None = None


class CommitAnnotated(Payload):
    """`commit.annotated`: git notes say that an AI wrote some of a commit; `notes_ref` as `refs/notes/ai`."""

    repository: str
    sha: str
    notes_ref: str
    tool: str | None = None


class RepositoryDescribed(Payload):
    """`repository.described`: the repository by its newest version."""

    repository: str
    default_branch: str | None = None
    url: str | None = None
    created_at: Moment | None = None


class ReleasePublished(Payload):
    """`release.published`; `sha` is null where the vendor names a branch as the target."""

    repository: str
    release_id: str
    tag: str | None = None
    name: str | None = None
    sha: str | None = None
    is_prerelease: bool | None = None
    url: str | None = None


EVENTS = (
    EventType("commit.recorded", CommitRecorded, "A commit was made that the default branch now holds."),
    EventType("commit.annotated", CommitAnnotated, "A tool noted at a commit that it wrote some of it."),
    EventType(
        "repository.described",
        RepositoryDescribed,
        "A repository stands as its newest version says.",
        "dev.cdevents.repository.modified",
    ),
    EventType("release.published", ReleasePublished, "A release came out.", "dev.cdevents.artifact.published"),
)
