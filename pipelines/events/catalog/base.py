"""What the catalog says about an event type."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# A time in a payload: text, so that a payload is plain JSON, and always UTC.
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")]


class Payload(BaseModel):
    """Base of every payload: closed, so that a vendor's word cannot slip in unnamed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of fact.

    Attributes:
        name: `family.past_tense`, as `change.merged`.
        payload: model that every payload of this type validates against.
        meaning: one sentence; goes into docs/events.md.
        cdevents: the CDEvents v0.5.1 type that says the same, without version (`dev.cdevents.change.merged`),
            or None.
        schema_version: raised when a payload field changes its meaning or goes away.
    """

    name: str
    payload: type[Payload]
    meaning: str
    cdevents: str | None = None
    schema_version: int = 1
