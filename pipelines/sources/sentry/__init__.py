"""Sentry: how many sessions a release had and how many were free of crashes, and incidents by the rule for issues."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.sentry import mapping, people, recording
from pipelines.sources.sentry.connection import SentryConnection


class Sentry:
    """The source. Implements `LiveSource`.

    A record of sessions is a release in an environment over one day; one of an issue tells it with its activity.
    """

    name = "sentry"
    connection: type[ConnectionSettings] = SentryConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (Stream("sessions", "entity"), Stream("issues", "entity"))
    emits = frozenset({"monitor.measured", "incident.opened", "incident.resolved"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a recording; see `recording.read_recording`."""
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Replace people by their keys; see `people.py`."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record; see `mapping.to_events`."""
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks an organization; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.sentry.collector import SentryCollector

        assert isinstance(connection, SentryConnection), "the settings are read by this source's own model"
        return SentryCollector(connection, network)


SOURCE: LiveSource = Sentry()
