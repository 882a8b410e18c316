"""Incidents: when production was hurt, and when it was well again."""

from pipelines.events.catalog.base import EventType, Payload


class Incident(Payload):
    """What is known of an incident; `deployment_id` or `sha` name the change that is blamed."""

    incident_id: str
    service: str | None = None
    environment: str | None = None
    title: str | None = None
    deployment_id: str | None = None
    sha: str | None = None
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
