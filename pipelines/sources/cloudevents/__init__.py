"""CloudEvents from anywhere: Storyline's own export, interviews and incidents by hand, CDEvents of any tool."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import Event
from pipelines.sources.base import BadRecord, Pseudonyms, RawRecord, Source, Stream
from pipelines.sources.cloudevents import mapping, people, recording

__all__ = ["SOURCE"]


class CloudEvents:
    """The source behind `storyline import`. Implements `Source`."""

    name = "cloudevents"
    mapper_version = 3
    streams: tuple[Stream, ...] = (Stream("events", "observation"),)
    # An export carries every type that there is.
    emits = frozenset(EVENT_TYPES)

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Read a file of NDJSON or CSV, or every one in a folder. A bad line stops nothing.

        Raises:
            RecordingError: there is no such file, or it cannot be read.
        """
        return recording.read_recording(folder)

    def pseudonymise(self, record: RawRecord, people_keys: Pseudonyms) -> RawRecord:
        """Return the record with each person replaced by a key."""
        return people.pseudonymise(record, people_keys)

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:  # noqa: ARG002
        """Map one CloudEvent.

        Raises:
            MappingError: it is no valid CloudEvent, or its data lacks what its type requires.
        """
        return mapping.to_events(stream, body)


SOURCE: Source = CloudEvents()
