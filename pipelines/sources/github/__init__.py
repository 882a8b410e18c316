"""GitHub: pull requests, default-branch commits, Actions runs, deployments, releases and issues."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.github import mapping, recording
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.people import pseudonymise
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.writing import BatchWriter, Writer


class GitHub:
    """The source. Implements `LiveSource`.

    Every stream is an entity: each record tells all there is of its thing, so the newest one counts.
    """

    name = "github"
    connection: type[ConnectionSettings] = GitHubConnection
    mapper_version = 3
    streams: tuple[Stream, ...] = tuple(Stream(stream, "entity") for stream in mapping.MAPPERS)
    emits = frozenset(
        {
            "change.opened", "change.updated", "change.committed", "change.reviewed", "change.commented",
            "change.marked_ready", "change.converted_to_draft", "change.force_pushed", "change.merged",
            "change.closed", "change.reopened", "change.labeled", "change.unlabeled", "change.review_requested",
            "change.renamed", "commit.recorded", "repository.described", "release.published", "build.queued",
            "build.started", "build.finished", "build.job_started", "build.job_finished", "deployment.created",
            "deployment.status_changed", "issue.opened", "issue.closed", "issue.reopened", "issue.labeled",
            "issue.updated",
        }
    )  # fmt: skip

    writes = frozenset({"release_note"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a recording; see `recording.read_recording`."""
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people: Pseudonyms) -> RawRecord:
        """Replace people by their keys; see `people.py`."""
        return pseudonymise(record, people)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record; see `mapping.to_events`."""
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks GitHub; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.github.collector import GitHubCollector

        assert isinstance(connection, GitHubConnection), "the settings are read by this source's own model"
        return GitHubCollector(connection, network)

    def writer(self, kind: str, connection: ConnectionSettings, network: Network) -> Writer | BatchWriter:  # noqa: ARG002 - of one kind
        """Return what writes into the notes of releases; see `writeback.py`."""
        from pipelines.sources.github.writeback import GitHubNotes

        assert isinstance(connection, GitHubConnection), "the settings are read by this source's own model"
        return GitHubNotes(connection, network)


SOURCE: LiveSource = GitHub()
