"""CDEvents that are valid and have no family here: kept, so that nothing that was sent is lost."""

from typing import Any

from pydantic import Field

from pipelines.events.catalog.base import EventType, Payload


class CDEventRecorded(Payload):
    """A CDEvent as it was sent; `cdevent_type` carries its version."""

    cdevent_type: str
    subject_id: str
    content: dict[str, Any] = Field(default_factory=dict)


EVENTS: tuple[EventType, ...] = (
    EventType("cdevent.recorded", CDEventRecorded, "A tool sent a CDEvent that has no family here."),
)
