"""LaunchDarkly: flags, and by its audit log how each stood in each environment after every change."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.launchdarkly import mapping, people, recording
from pipelines.sources.launchdarkly.connection import LaunchDarklyConnection
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network

__all__ = ["SOURCE"]


class LaunchDarkly:
    """The LaunchDarkly source. Implements `LiveSource`."""

    name = mapping.NAME
    connection: type[ConnectionSettings] = LaunchDarklyConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (
        Stream("auditlog", "observation"),
        Stream("flags", "entity"),
        Stream("environments", "entity"),
        Stream("releases", "entity"),
    )
    emits = frozenset(
        {
            "flag.created",
            "flag.updated",
            "flag.configured",
            "flag.archived",
            "flag.restored",
            "flag.deleted",
            "flag.environment_defined",
            "flag.release_updated",
        }
    )

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a folder of recorded responses and its sub-folders; the README has the layout.

        Raises:
            RecordingError: there is nothing to read, or a file is not what the layout calls for.
        """
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Return the record with each member replaced by a key, and without the people that a flag targets."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record.

        Raises:
            MappingError: the record lacks what its events need.
        """
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks an account; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.launchdarkly.collector import LaunchDarklyCollector

        assert isinstance(connection, LaunchDarklyConnection), "the settings are read by this source's own model"
        return LaunchDarklyCollector(connection, network)


SOURCE: LiveSource = LaunchDarkly()
