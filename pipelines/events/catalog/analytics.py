"""What the line itself told product analytics of a story: an event of our own, once it was acknowledged."""

from typing import Literal

from pipelines.events.catalog.base import EventType, Payload


class AnalyticsSent(Payload):
    """`analytics.sent`: product analytics acknowledged an event, a note on charts or a release of ours.

    Attributes:
        message_id: of the outbox; `version` of what it says, from 1 on.
        epoch: of the flag's rollout that it is about.
        receiver: who took it.
        event_name: as it is called there.
        insert_id: of an event, by which a second one is dropped; null of the others.
        remote_id: under which it is known there.
        author: `template`: no language model words it.
        is_final: its figures were final.
    """

    message_id: str
    version: int
    story_key: str
    kind: Literal["story_shipped", "rollout_step", "impact_measured", "annotation", "release"]
    epoch: int
    receiver: str
    event_name: str
    insert_id: str | None = None
    content_hash: str
    remote_id: str
    author: str
    is_final: bool


EVENTS: tuple[EventType, ...] = (
    EventType("analytics.sent", AnalyticsSent, "Product analytics were told something of a story."),
)
