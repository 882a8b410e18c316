"""Split (Harness FME): feature flags as they stand, poll by poll, since the service tells of no history."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.split import mapping, people, recording
from pipelines.sources.split.connection import SplitConnection

__all__ = ["SOURCE"]


class Split:
    """The Split source. Implements `LiveSource`."""

    name = "split"
    connection: type[ConnectionSettings] = SplitConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (
        Stream("flags", "entity"),
        Stream("definitions", "observation"),
        Stream("deletions", "observation"),
    )
    emits = frozenset({"flag.created", "flag.updated", "flag.configured", "flag.deleted"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a folder of recorded responses; each sub-folder is a later poll. The README has the layout.

        Raises:
            RecordingError: there is nothing to read, or a file is not what the layout calls for.
        """
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Return the record with each person replaced by a key, and whom a flag names one by one by their number."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record.

        Raises:
            MappingError: the record lacks what its events need.
        """
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what polls the service; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.split.collector import SplitCollector

        assert isinstance(connection, SplitConnection), "the settings are read by this source's own model"
        return SplitCollector(connection, network)


SOURCE: LiveSource = Split()
