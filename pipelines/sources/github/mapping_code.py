"""The repository itself, the commits of its default branch, and its releases."""

import re
from collections.abc import Iterator
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.github.fields import (
    actor,
    flag,
    iso,
    optional_time,
    repository_of,
    required,
    text,
    time_of,
)
from pipelines.sources.github.mapping_changes import git_facts

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def repository(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map the description of a repository."""
    row, what = mapping_of(body), f"repository {record_key}"
    created_at = optional_time(row, "created_at", what)
    described_at = optional_time(row, "updated_at", what) or created_at
    if described_at is None:
        raise MappingError(f"{what} has neither updated_at nor created_at")
    yield origin.event(
        "repository.described",
        subject=f"repository:{record_key}",
        occurrence=str(iso(described_at)),
        occurred_at=described_at,
        payload={
            "repository": record_key,
            "default_branch": text(row, "default_branch"),
            "url": text(row, "html_url"),
            "created_at": iso(created_at),
        },
    )


def commit(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map a commit of the default branch; its parents make the graph."""
    row = mapping_of(body)
    facts = git_facts(row, mapping_of(row.get("commit")), f"commit {record_key}")
    committed_at = facts.pop("occurred_at")
    yield origin.event(
        "commit.recorded",
        subject=f"commit:{record_key}",
        occurrence=facts["sha"],
        occurred_at=committed_at,
        payload={"repository": repository_of(record_key), **facts},
        actor=facts["author"],
    )


def release(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map a published release; a draft tells no fact."""
    row, what = mapping_of(body), f"release {record_key}"
    if row.get("draft") is True:
        return
    release_id = required(row, "id", what)
    target = text(row, "target_commitish")
    yield origin.event(
        "release.published",
        subject=f"release:{record_key}",
        occurrence=release_id,
        occurred_at=time_of(row, "published_at", what),
        payload={
            "repository": repository_of(record_key),
            "release_id": release_id,
            "tag": text(row, "tag_name"),
            "name": text(row, "name"),
            # Mostly the name of a branch, which moves on; only a full sha says what was released.
            "sha": target if target and _SHA.fullmatch(target) else None,
            "is_prerelease": flag(row, "prerelease"),
            "url": text(row, "html_url"),
        },
        actor=actor(row.get("author")),
    )
