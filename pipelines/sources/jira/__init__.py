"""Jira, Cloud and Data Center: tickets with their whole history, statuses, boards, links and deletions."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.jira import descriptions, mapping, people, recording
from pipelines.sources.jira.connection import JiraConnection

__all__ = ["SOURCE"]

from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.writing import Writer


class Jira:
    """The Jira source. Implements `LiveSource`."""

    name = "jira"
    connection: type[ConnectionSettings] = JiraConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (
        Stream("issues", "entity"),
        Stream("statuses", "entity"),
        Stream("board_configuration", "entity"),
        Stream("remotelinks", "entity"),
        Stream("comments", "entity"),
        Stream("deletions", "observation"),
    )
    emits = frozenset(
        {
            "ticket.created",
            "ticket.status_changed",
            "ticket.field_changed",
            "ticket.updated",
            "ticket.linked",
            "ticket.remote_linked",
            "ticket.commented",
            "ticket.deleted",
            "status.defined",
            "board.configured",
        }
    )

    writes = frozenset({"impact", "follow_up", "spec"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a folder of recorded responses and its sub-folders; the README has the layout.

        Raises:
            RecordingError: there is nothing to read, or a file is not what the layout calls for.
        """
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Return the record with each person replaced by a key; apps and bots keep their name."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record.

        Raises:
            MappingError: the record lacks what its events need.
        """
        return mapping.to_events(instance, stream, record_key, body)

    def description(self, body: Any) -> str:
        """Return what a ticket says of itself, as plain text."""
        return descriptions.description_of(body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks a site; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.jira.collector import JiraCollector

        assert isinstance(connection, JiraConnection), "the settings are read by this source's own model"
        return JiraCollector(connection, network)

    def writer(self, kind: str, connection: ConnectionSettings, network: Network) -> Writer:
        """Return what writes to a site; see `writeback.py`, and `follow_ups.py` for new tickets."""
        from pipelines.sources.jira.follow_ups import JiraFollowUpWriter
        from pipelines.sources.jira.writeback import JiraWriter

        assert isinstance(connection, JiraConnection), "the settings are read by this source's own model"
        assert kind in self.writes, "nothing else is asked for"
        return (JiraFollowUpWriter if kind == "follow_up" else JiraWriter)(connection, network)


SOURCE: LiveSource = Jira()
