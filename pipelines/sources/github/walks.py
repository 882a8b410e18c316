"""What the walks of one repository share: who is asked, what the log knows, and how a record of it is named."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.clock import now
from pipelines.sources.answers import Answer
from pipelines.sources.base import RawRecord
from pipelines.sources.github.client import GitHubClient
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.rows import moment
from pipelines.sources.live import BadAnswerError, Memory, Target


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of one repository.

    Attributes:
        target: the repository.
        client: who asks.
        connection: the settings.
        memory: what the log knows.
    """

    target: Target
    client: GitHubClient
    connection: GitHubConnection
    memory: Memory

    def cursor(self, name: str) -> dict[str, Any]:
        """Return where one part of the walk stands, empty where it never began."""
        return self.memory.cursor(self.named(name)) or {}

    def named(self, name: str) -> str:
        """Return the name of a part's cursor."""
        return f"{self.target.name} {name}"

    def address(self, path: str) -> str:
        """Return a path below the repository."""
        return f"/repos/{self.target.name}/{path}"

    def record(self, stream: str, key: str, body: Any, version: datetime | None) -> RawRecord:
        """Return a record, named as a recording names it."""
        return RawRecord(self.target.instance, stream, self.target.name + key, body, version)


def told_at(row: Any, field: str) -> datetime:
    """Return a time that a row must tell.

    Raises:
        BadAnswerError: it does not.
    """
    found = moment(row.get(field)) if isinstance(row, dict) else None
    if found is None:
        raise BadAnswerError(f"github lists something without {field}; try later")
    return found


def stamp(at: datetime) -> str:
    """Write a moment as GitHub reads it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answered_at(answer: Answer) -> datetime:
    """Return GitHub's own time of an answer, ours where it does not tell."""
    return answer.date or now()
