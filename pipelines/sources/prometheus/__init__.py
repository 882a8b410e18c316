"""Prometheus: what its queries measured of services over time, by flag variant where labels carry it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.prometheus import mapping, people, recording
from pipelines.sources.prometheus.connection import PrometheusConnection


class Prometheus:
    """The source. Implements `LiveSource`.

    A record is one series of one query over one day; a later reading of that day tells all of it anew.
    """

    name = "prometheus"
    connection: type[ConnectionSettings] = PrometheusConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (Stream("series", "entity"),)
    emits = frozenset({"monitor.measured"})

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a recording; see `recording.read_recording`."""
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Replace addresses of people in labels; see `people.py`."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record; see `mapping.to_events`."""
        return mapping.to_events(instance, stream, record_key, body)

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return what walks the queries; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.prometheus.collector import PrometheusCollector

        assert isinstance(connection, PrometheusConnection), "the settings are read by this source's own model"
        return PrometheusCollector(connection, network)


SOURCE: LiveSource = Prometheus()
