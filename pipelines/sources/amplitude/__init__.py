"""Amplitude: product events by hour of upload, into segments; and what it is told of stories."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.events.usage import EXPORTS, UsagePart, UsageReader
from pipelines.sources.amplitude import mapping, reading, recording
from pipelines.sources.amplitude.connection import AmplitudeConnection, Kept
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.writing import BatchWriter, Writer

__all__ = ["SOURCE"]


class Amplitude:
    """The Amplitude source. Implements `LiveSource` and `UsageSource`."""

    name = "amplitude"
    connection: type[ConnectionSettings] = AmplitudeConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (Stream(EXPORTS, "entity"),)
    emits = frozenset({"usage.uploaded"})
    writes = frozenset({"story_shipped", "rollout_step", "impact_measured", "annotation", "release"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk recorded exports; yield the record of each hour.

        Raises:
            RecordingError: there is nothing to read, or a file is broken.
        """
        return recording.read_recording(folder)

    def read_usage(self, folder: Path, desk: Path) -> Iterator[UsagePart]:
        """Walk recorded exports with their events.

        Raises:
            RecordingError: there is nothing to read, or a file is broken.
        """
        return recording.read_usage(folder, desk)

    def usage_reader(self, table: Mapping[str, Any]) -> UsageReader:
        """Return how a line becomes a row by what `[sources.amplitude]` says.

        Raises:
            ValueError: a key has a wrong value.
        """
        return reading.usage_reader(Kept.model_validate(dict(table)))

    def pseudonymise(self, record: RawRecord, _people: Pseudonyms) -> RawRecord:
        """Return the record as it is: it names nobody. People of events are hashed as they are read."""
        return record

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record.

        Raises:
            MappingError: the record lacks what its event needs.
        """
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks a project; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.amplitude.collector import AmplitudeCollector

        assert isinstance(connection, AmplitudeConnection), "the settings are read by this source's own model"
        return AmplitudeCollector(connection, network)

    def writer(self, kind: str, connection: ConnectionSettings, network: Network) -> Writer | BatchWriter:
        """Return what sends events, or marks charts; see `writeback.py` and `marks.py`."""
        from pipelines.sources.amplitude.marks import AmplitudeMarks
        from pipelines.sources.amplitude.writeback import AmplitudeEvents

        assert isinstance(connection, AmplitudeConnection), "the settings are read by this source's own model"
        if kind in ("annotation", "release"):
            return AmplitudeMarks(kind, connection, network)
        return AmplitudeEvents(connection, network)


SOURCE: LiveSource = Amplitude()
