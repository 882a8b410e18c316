"""Incidents: when production was hurt, and when it was well again."""

from typing import Literal

from pipelines.events.catalog.base import EventType, Payload


class Incident(Payload):
    """What is known of an incident; `deployment_id`, `sha` or `flag_key` name the change that is blamed.

    `severity` is the producer's own word; `is_critical` says that payments, sign-in or data were hurt.
    """

    incident_id: str
    service: str | None = None
    environment: str | None = None
    title: str | None = None
    deployment_id: str | None = None
    sha: str | None = None
    flag_key: str | None = None
    severity: str | None = None
    is_critical: bool | None = None
    kind: Literal["availability", "security", "other"] | None = None
    url: str | None = None


EVENTS: tuple[EventType, ...] = (
    EventType(
        "incident.opened",
        Incident,
        "Somebody or something noticed that a service was hurt.",
        cdevents="dev.cdevents.incident.detected",
    ),
    EventType(
        "incident.resolved",
        Incident,
        "The service was well again.",
        cdevents="dev.cdevents.incident.resolved",
    ),
)
