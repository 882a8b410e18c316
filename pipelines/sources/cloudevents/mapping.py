"""Maps a CloudEvent to events: our own as they are, CDEvents to the families that say the same."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.events.envelope import Event, MappingError
from pipelines.sources.cloudevents import cdevents, own, translation
from pipelines.sources.cloudevents.envelope import CloudEvent, cloud_event


def to_events(stream: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: it is no valid CloudEvent, or its data lacks what its type requires.
    """
    if stream != "events":
        raise MappingError(f"cloudevents has no stream {stream!r}")
    return events_of(cloud_event(body))


def events_of(line: CloudEvent) -> Sequence[Event]:
    """Return what a CloudEvent tells.

    Raises:
        MappingError: its type is none that is known, or its data lacks what its type requires.
    """
    if line.data is None and line.data_base64 is not None:
        raise MappingError("data_base64 is not read; send the data as JSON in data")
    if line.type.startswith(own.PREFIX):
        return [own.own_event(line)]
    if line.type.startswith(cdevents.PREFIXES):
        return translation.events_of(cdevents.told(line))
    raise MappingError(f"type {line.type[:80]!r} is neither dev.storyline.<event type>.v1 nor one of CDEvents")
