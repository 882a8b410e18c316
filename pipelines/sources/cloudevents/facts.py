"""Makes events of CDEvents: the identity is that of the line, so a line imported twice is one event."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.cloudevents.cdevents import Told

_ACTOR = re.compile(r"p_[0-9a-f]{16}|bot:.+", re.DOTALL)


def keyed(person: Any) -> str | None:
    """Return a person or bot in our form; a plain name is one that has not been keyed yet, so it tells nobody."""
    return person if isinstance(person, str) and _ACTOR.fullmatch(person) else None


def fact(told: Told, event_type: str, subject: str, payload: Mapping[str, Any]) -> Event:
    """Return an event of a type that the CDEvent tells."""
    return Origin("cloudevents", told.line.source).event(
        event_type,
        subject=subject,
        occurrence=told.line.id,
        occurred_at=told.at,
        actor=_actor(told),
        payload=payload,
    )


def _actor(told: Told) -> str | None:
    people = [told.custom.get("actor"), told.content.get("updatedBy"), told.content.get("creator")]
    if told.name == "change.created":
        people.append(told.custom.get("author"))
    return next((actor for actor in map(keyed, people) if actor), None)
