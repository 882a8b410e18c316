"""PagerDuty: incidents, when they were opened and when they were over."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Stream
from pipelines.sources.live import Collector, ConnectionSettings, LiveSource, Network
from pipelines.sources.pagerduty import mapping, people, recording
from pipelines.sources.pagerduty.connection import PagerDutyConnection


class PagerDuty:
    """The source. Implements `LiveSource`. A record tells an incident as it stands, so its newest version counts."""

    name = "pagerduty"
    connection: type[ConnectionSettings] = PagerDutyConnection
    mapper_version = 1
    streams: tuple[Stream, ...] = (Stream("incidents", "entity"),)
    emits = frozenset({"incident.opened", "incident.resolved"})

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
        """Return what walks the incidents; see `collector.py`. Imported here, since only a collection needs HTTP."""
        from pipelines.sources.pagerduty.collector import PagerDutyCollector

        assert isinstance(connection, PagerDutyConnection), "the settings are read by this source's own model"
        return PagerDutyCollector(connection, network)


SOURCE: LiveSource = PagerDuty()
