"""Zendesk: support tickets by their newest state, who asked, ratings, merges and deletions."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.zendesk import mapping, people, recording
from pipelines.sources.zendesk.connection import ZendeskConnection

__all__ = ["SOURCE"]


class Zendesk:
    """The Zendesk source. Implements `LiveSource`."""

    name = "zendesk"
    connection: type[ConnectionSettings] = ZendeskConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (
        Stream("tickets", "entity"),
        # A deleted ticket comes with its words struck out; what it told before must stay.
        Stream("deletions", "observation"),
    )
    emits = frozenset(
        {
            "support.ticket_opened",
            "support.ticket_updated",
            "support.ticket_solved",
            "support.ticket_deleted",
            "support.feedback_given",
        }
    )

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a folder of recorded responses and its sub-folders; the README has the layout.

        Raises:
            RecordingError: there is nothing to read, or a file is not what the layout calls for.
        """
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Return the record with each person, e-mail address and telephone number replaced by a key."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record.

        Raises:
            MappingError: the record lacks what its events need.
        """
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks an account; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.zendesk.collector import ZendeskCollector

        assert isinstance(connection, ZendeskConnection), "the settings are read by this source's own model"
        return ZendeskCollector(connection, network)


SOURCE: LiveSource = Zendesk()
