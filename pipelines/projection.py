"""Puts a source and the catalog together: mapped, checked and ready for the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from pipelines.events.catalog import EVENT_TYPES
from pipelines.events.envelope import Event, MappingError
from pipelines.events.ids import canonical_json
from pipelines.sources.base import Stream
from warehouse.rows import ProjectedEvent


class Told(Protocol):
    """What of a source is needed to map its kept records; what the line concludes itself is mapped like it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def mapper_version(self) -> int:
        """The version of its mapping."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What kinds of record it gives."""

    @property
    def emits(self) -> frozenset[str]:
        """The types of event that it may tell."""

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record."""


@dataclass(frozen=True, slots=True)
class CatalogProjection:
    """A source's mapping, held to the catalog. Implements `warehouse.event_log.Projection`."""

    origin: Told

    @property
    def source(self) -> str:
        """The source's name."""
        return self.origin.name

    @property
    def mapper_version(self) -> int:
        """The version of the source's mapping."""
        return self.origin.mapper_version

    def is_entity(self, stream: str) -> bool:
        """Tell whether the stream's newest version supersedes older ones.

        Raises:
            LookupError: the source declares no such stream.
        """
        for declared in self.origin.streams:
            if declared.name == stream:
                return declared.kind == "entity"
        raise LookupError(f"source {self.source} declares no stream {stream!r}")

    def project(self, instance: str, stream: str, record_key: str, body: Any) -> Sequence[ProjectedEvent]:
        """Map one raw record; every event's type must be declared and its payload must validate."""
        events = self.origin.to_events(instance, stream, record_key, body)
        return [_checked(event, self.origin.emits) for event in events]


def _checked(event: Event, declared: frozenset[str]) -> ProjectedEvent:
    event_type = EVENT_TYPES.get(event.event_type)
    if event_type is None or event.event_type not in declared:
        raise MappingError(f"{event.event_type} is no event type that this source declares")
    try:
        payload = event_type.payload.model_validate(dict(event.payload))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise MappingError(f"{event.event_type}: {name}: {first['msg']}") from error
    return ProjectedEvent(event, event_type.schema_version, canonical_json(payload.model_dump(mode="json")))
