"""Walks GitHub, repository by repository: what changed of the work, then the code, then the builds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipelines.clock import now
from pipelines.sources.base import mapping_of
from pipelines.sources.github import documents
from pipelines.sources.github.client import GitHubClient
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.rows import moment
from pipelines.sources.github.walk_builds import Builds
from pipelines.sources.github.walk_changes import changes
from pipelines.sources.github.walk_code import code
from pipelines.sources.github.walks import Walk
from pipelines.sources.live import (
    Finding,
    Memory,
    MissingError,
    Network,
    RefusedError,
    Step,
    Target,
    VendorError,
)

# What is tried of each repository, and the right that it takes.
_TRIED = (("issues", "Issues and Pull requests"), ("deployments", "Deployments"), ("actions/runs", "Actions"))


class GitHubCollector:
    """Reads the repositories that the settings name. Implements `Collector`."""

    def __init__(self, connection: GitHubConnection, network: Network) -> None:
        self._connection = connection
        self._client = GitHubClient(connection, network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._client.requests

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def targets(self) -> Iterator[Target]:
        """Yield the repositories that are named, in that order, then those of the organisations, newest push first."""
        if not self._connection.repositories and not self._connection.organizations:
            raise RefusedError("no repository is named; put names such as acme/shop into sources.github.repositories")
        seen: set[str] = set()
        for name in self._names():
            if name not in seen:
                seen.add(name)
                yield Target(self._connection.instance, name)

    def _names(self) -> Iterator[str]:
        yield from self._connection.repositories
        for organization in self._connection.organizations:
            yield from self._listed(documents.OF_ORGANIZATION, "organization", {"login": organization})

    def _listed(self, document: str, root: str, variables: dict[str, Any]) -> Iterator[str]:
        after = None
        while True:
            told = self._client.query(document, {**variables, "after": after})[root]
            if told is None:
                raise MissingError(f"github shows no organisation {variables['login']} to this token; check its name")
            page = told["repositories"]
            yield from (one["nameWithOwner"] for one in page["nodes"] if not one["isArchived"])
            if not page["pageInfo"]["hasNextPage"] or page["pageInfo"]["endCursor"] == after:
                return
            after = page["pageInfo"]["endCursor"]

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk what is new of one repository."""
        walk = Walk(target, self._client, self._connection, memory)
        yield from code(walk)
        yield from changes(walk)
        described = memory.bodies("repository", {target.name}).get(target.name)
        yield from Builds(walk, moment(mapping_of(described).get("created_at")) or as_of).steps()

    def examine(self) -> Iterator[Finding]:
        """Try address, clock, token and each repository."""
        try:
            answer = self._client.get("/meta")
            answer.json()
            names = [target.name for target in self.targets()]
        except VendorError as error:
            yield Finding("act", f"{error} (sources.github.url, STORYLINE_GITHUB_TOKEN)")
            return
        yield Finding("ok", f"github answers at {self._connection.url} and knows the token.")
        if answer.is_by_another_clock:
            told = f"ours {now():%H:%M}, github's {answer.date:%H:%M} UTC"
            yield Finding("warn", f"this machine's clock and github's differ: {told}; set ours right.")
        for name in names:
            yield self._tried(name)

    def _tried(self, name: str) -> Finding:
        """Read one row of each kind, for a token may see a repository and yet not all of it."""
        for path, right in _TRIED:
            try:
                self._client.get(f"/repos/{name}/{path}", {"per_page": 1})
            except RefusedError as error:
                return Finding("act", f"{error}: let the token read {right} of {name}.")
            except VendorError as error:
                return Finding("act", f"github does not show {name}: {error}; check its name and what the token sees.")
        return Finding("ok", f"github shows {name}.")

    def offered(self) -> list[Target]:
        """List the repositories that the token sees, the most recently pushed first."""
        return [Target(self._connection.instance, name) for name in self._listed(documents.OWN, "viewer", {})]
