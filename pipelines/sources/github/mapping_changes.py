"""Pull requests, with their commits, reviews and comments."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import list_of, mapping_of
from pipelines.sources.github.fields import (
    actor,
    flag,
    git_actor,
    iso,
    labels,
    number_of,
    optional_time,
    repository_of,
    required,
    rows,
    text,
    time_of,
)

_REVIEW_STATES = frozenset({"approved", "changes_requested", "commented", "dismissed"})


class Subject:
    """One pull request: what all events about it share."""

    def __init__(self, origin: Origin, record_key: str) -> None:
        self.origin = origin
        self.name = record_key
        self.about = {"repository": repository_of(record_key), "number": number_of(record_key)}

    def event(self, event_type: str, payload: Mapping[str, Any], **facts: Any) -> Event:
        """Make an event about it; `facts` as of `Origin.event`."""
        return self.origin.event(event_type, subject=f"change:{self.name}", payload={**self.about, **payload}, **facts)


def pull_request(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the state of a pull request, and what its own times tell."""
    row, subject = mapping_of(body), Subject(origin, record_key)
    what = f"pull request {record_key}"
    created_at, updated_at = time_of(row, "created_at", what), time_of(row, "updated_at", what)
    closed_at, merged_at = optional_time(row, "closed_at", what), optional_time(row, "merged_at", what)
    author, head, base = actor(row.get("user")), mapping_of(row.get("head")), mapping_of(row.get("base"))
    default_branch = text(mapping_of(base.get("repo")), "default_branch")
    # Of a pull request that is not merged, this is the vendor's test merge, which lies on no branch.
    merge_sha = text(row, "merge_commit_sha") if merged_at else None
    common = {"title": text(row, "title"), "base_branch": text(base, "ref"), "head_branch": text(head, "ref")}
    yield subject.event("change.opened", common, occurrence="opened", occurred_at=created_at, actor=author)
    state = {
        **common,
        "body": text(row, "body"),
        "state": "merged" if merged_at else "closed" if row.get("state") == "closed" else "open",
        "is_draft": flag(row, "draft"),
        "head_sha": text(head, "sha"),
        "is_default_base": text(base, "ref") == default_branch if default_branch else None,
        "merge_sha": merge_sha,
        "author": author,
        "labels": labels(row),
        "paths": [path for file in list_of(row.get("files")) if (path := text(mapping_of(file), "filename"))],
        "created_at": iso(created_at),
        "updated_at": iso(updated_at),
        "merged_at": iso(merged_at),
        "closed_at": iso(closed_at),
        "url": text(row, "html_url"),
    }
    version = str(iso(updated_at))
    yield subject.event("change.updated", state, occurrence=version, occurred_at=updated_at, actor=author)
    if merged_at:
        yield merged(subject, merge_sha, occurred_at=merged_at, actor=actor(row.get("merged_by")))
    elif closed_at:
        yield closed(subject, None, occurred_at=closed_at)


def merged(subject: Subject, merge_sha: str | None, **facts: Any) -> Event:
    """Make the one merge that a pull request can have, whichever record tells of it."""
    return subject.event("change.merged", {"merge_sha": merge_sha}, occurrence="merged", **facts)


def closed(subject: Subject, event_id: str | None, **facts: Any) -> Event:
    """Make a closing. Its time tells it apart: the pull request's own record knows no id of it."""
    occurrence = str(iso(facts["occurred_at"]))
    return subject.event("change.closed", {"event_id": event_id}, occurrence=occurrence, **facts)


def commits(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the commits that a pull request holds."""
    subject = Subject(origin, record_key)
    for row in rows(body, f"commits of {record_key}"):
        yield committed(subject, row, mapping_of(row.get("commit")))


def committed(subject: Subject, row: Mapping[str, Any], commit: Mapping[str, Any]) -> Event:
    """Make the event of one commit; `row` names it and its parents, `commit` holds what git knows of it."""
    sha = required(row, "sha", f"a commit of {subject.name}")
    facts = git_facts(row, commit, f"commit {sha} of {subject.name}")
    when = facts.pop("occurred_at")
    return subject.event("change.committed", facts, occurrence=sha, occurred_at=when, actor=facts["author"])


def git_facts(row: Mapping[str, Any], commit: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return what the payloads of a commit share, and as `occurred_at` when it was made in this form."""
    author, committer = mapping_of(commit.get("author")), mapping_of(commit.get("committer"))
    authored_at = optional_time(author, "date", what)
    committed_at = optional_time(committer, "date", what) or authored_at
    if committed_at is None:
        raise MappingError(f"{what} has no date")
    parents = (mapping_of(parent).get("sha") for parent in list_of(row.get("parents")))
    return {
        "sha": required(row, "sha", what),
        "parents": [sha for sha in parents if isinstance(sha, str)],
        "message": text(commit, "message"),
        "authored_at": iso(authored_at),
        "committed_at": iso(committed_at),
        "author": actor(row.get("author")) or git_actor(author),
        "occurred_at": committed_at,
    }


def reviews(origin: Origin, record_key: str, body: Any) -> Iterable[Event]:
    """Map the submitted reviews of a pull request."""
    subject = Subject(origin, record_key)
    found = (review(subject, row) for row in rows(body, f"reviews of {record_key}"))
    return [event for event in found if event is not None]


def review(subject: Subject, row: Mapping[str, Any]) -> Event | None:
    """Make the event of one review, None for one that its reviewer has not submitted."""
    review_id = required(row, "id", f"a review of {subject.name}")
    what = f"review {review_id} of {subject.name}"
    state = required(row, "state", what).lower()
    if state == "pending":
        return None
    if state not in _REVIEW_STATES:
        raise MappingError(f"{what} has the unknown state {state!r}")
    payload = {"review_id": review_id, "state": state, "sha": text(row, "commit_id"), "url": text(row, "html_url")}
    return subject.event(
        "change.reviewed",
        payload,
        occurrence=review_id,
        occurred_at=time_of(row, "submitted_at", what),
        actor=actor(row.get("user")),
    )


def comments(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the conversation of a pull request; the same list holds that of issues, which tells no fact here."""
    subject = Subject(origin, record_key)
    for row in rows(body, f"comments of {record_key}"):
        if "/pull/" in (text(row, "html_url") or ""):
            yield comment(subject, row, "comment")


def review_comments(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the comments on a pull request's lines."""
    subject = Subject(origin, record_key)
    for row in rows(body, f"review comments of {record_key}"):
        yield comment(subject, row, "review_comment")


def comment(subject: Subject, row: Mapping[str, Any], kind: str) -> Event:
    """Make the event of one comment. The two kinds are numbered apart by the vendor, so the kind is part of the id."""
    comment_id = required(row, "id", f"a {kind} of {subject.name}")
    return subject.event(
        "change.commented",
        {"comment_id": comment_id, "kind": kind, "url": text(row, "html_url")},
        occurrence=f"{kind}:{comment_id}",
        record_id=comment_id,
        occurred_at=time_of(row, "created_at", f"{kind} {comment_id} of {subject.name}"),
        actor=actor(row.get("user")),
    )
